package identify

import (
	"slices"
	"strings"
)

// authorities are the certificate authorities that browsers trust, as they name
// themselves in what they sign. They sign for anybody, so that their names, and words
// in them that makers have for names as well ("DigiCert", "Symantec"), are no word of
// who made the thing. Companies that also sign for their own things, Apple and Cisco
// among them, are not here.
var authorities = []string{
	"Actalis", "AffirmTrust", "Amazon RSA ", "Amazon ECDSA ", "O=Amazon,", "AddTrust", "Baltimore CyberTrust", "Buypass", "Certigna", "Certum", "Cloudflare", "COMODO", "Cybertrust",
	"DigiCert", "Entrust", "GeoTrust", "GlobalSign", "GoDaddy", "Go Daddy", "Google Trust Services", "HARICA", "IdenTrust", "Internet Security Research Group",
	"Let's Encrypt", "Microsoft Azure", "Microsoft RSA TLS", "Network Solutions", "QuoVadis", "RapidSSL", "Sectigo", "SSL.com", "SSL Corporation", "Starfield Technologies", "StartCom", "SwissSign",
	"Symantec Class ", "Symantec Trust Network", "T-TeleSec", "Telekom Security", "Thawte", "thawte", "TrustAsia", "Trustwave", "USERTrust", "UniTrust", "VeriSign", "WoSign", "ZeroSSL",
}

// signsForAnybody reports whether the issuer of a certificate is a public authority.
func signsForAnybody(issuer string) bool {
	return slices.ContainsFunc(authorities, func(a string) bool { return strings.Contains(issuer, a) })
}
