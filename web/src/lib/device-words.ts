import type { Claim, Device, Evidence } from '../api/types.ts'
import { typeTitle } from './device-types.ts'
import { sureness } from './levels.ts'

/** What a person should see first, in the server's order: name, model, hostname, kind, address. */
export function deviceTitle(d: Device): string {
  const { vendor, model, type } = d.identity
  if (d.name) return d.name
  if (vendor && model) return joinModel(vendor.value, model.value)
  const host = d.hostnames?.[0]
  if (host) return host
  if (vendor && type.value !== 'unknown') return `${vendor.value} ${typeTitle(type.value)}`
  return d.ips?.[0] ?? d.macs?.[0] ?? d.id
}

/** Vendor and model without saying the vendor twice. */
export function joinModel(vendor: string, model: string): string {
  return model.toLowerCase().startsWith(vendor.toLowerCase()) ? model : `${vendor} ${model}`
}

/** Vendor and model as known, for a column. */
export function makeOf(d: Device): string {
  const { vendor, model } = d.identity
  if (vendor && model) return joinModel(vendor.value, model.value)
  return vendor?.value ?? model?.value ?? ''
}

const leads: Record<string, string> = {
  sure: 'This is',
  'quite sure': 'This is very likely',
  likely: 'This is probably',
}

/** One sentence: what it is and how sure. */
export function verdict(d: Device): string {
  const { vendor, model, type } = d.identity
  const kind = type.value === 'unknown' ? '' : lower(typeTitle(type.value))
  const surest = model ?? (kind ? type : vendor)
  if (!surest || surest.confidence === 0) return 'Not enough was seen to say what this is.'
  const lead = leads[sureness(surest.confidence)] ?? 'This may be'
  if (model) {
    const name = vendor ? joinModel(vendor.value, model.value) : model.value
    return `${lead} ${withArticle(name)}${kind && `, ${withArticle(kind)}`}.`
  }
  if (kind) return `${lead} ${withArticle([vendor?.value, kind].filter(Boolean).join(' '))}.`
  return `${lead} something made by ${surest.value}.`
}

/** Lower case, but for abbreviations: "Network switch", not "PLC" or "VoIP phone". */
const lower = (title: string): string =>
  /^[A-Z][a-z]+(-[a-z]+)*( |$)/.test(title) ? title[0]?.toLowerCase() + title.slice(1) : title

// Letters that begin with a vowel sound when they are spelt out.
const spelt = /^[AEFHILMNORSX][A-Z0-9]{1,3}\b/

export const withArticle = (name: string): string =>
  `${spelt.test(name) || (/^[aeio]/i.test(name) && !/^[A-Z]{2}/.test(name)) ? 'an' : 'a'} ${name}`

const sources: Record<string, string> = {
  'identity.vendor': 'Its maker is',
  banner: 'A service of it greets with',
  'mac.oui': 'Its hardware address belongs to',
  'dhcp.vendor_class': 'When asking for an address it calls itself',
  'dhcp.hostname': 'When asking for an address it gives the name',
  'dhcp.params': 'It asks the network for the options',
  'mdns.service': 'It announces the service',
  'mdns.device_info': 'It announces itself as',
  'mdns.instance': 'It announces itself as',
  'mdns.host': 'It announces itself as',
  'mdns.address': 'It announces the address',
  'ssdp.server': 'It announces its software as',
  'upnp.model_name': 'Its description names the model',
  'http.server': 'Its web server says',
  'http.title': 'Its web page is titled',
  'http.user_agent': 'It browses as',
  'http.www_authenticate': 'Its login asks for',
  'tls.cert.subject': 'Its certificate is for',
  'tls.cert.issuer': 'Its certificate comes from',
  'tls.sni': 'It connects to',
  'contact.name': 'It talks to',
  'ssh.banner': 'Its SSH server greets with',
  'telnet.banner': 'Its Telnet server greets with',
  'ftp.banner': 'Its FTP server greets with',
  'snmp.sysdescr': 'It describes itself as',
  'lldp.system_description': 'To its neighbours it describes itself as',
  'lldp.system_name': 'To its neighbours it gives the name',
  'host.name': 'It calls itself',
  'service.open': 'It answers on',
  'service.protocol': 'It answers on',
  'client.protocol': 'It speaks',
  'client.port': 'It connects to',
  'mac.vendor': 'Its hardware address belongs to',
  'mac.address': 'Its hardware address is',
  'ntlm.os': 'When logging in it gives the system',
  'link.mac': 'It was seen with the hardware address',
  'skinny.model': 'To its call manager it registers as',
  'skinny.load': 'To its call manager it says that it runs',
  'db_lsp_disc.host': 'It looks for others with Dropbox, as number',
  'bgp.as': 'It exchanges routes for the network number',
  'nat_pmp.external_address': 'It tells hosts its address outside',
  'portcontrol.external_address': 'It tells hosts its address outside',
  'client.broadcast': 'It sends to all by',
  'dns.query': 'It asks for the address of',
  'dns.version_bind': 'Its name server says',
  'ntp.readvar': 'Its clock says',
  'llmnr.name': 'It gives the name',
  'ldap.rootdse': 'Its directory says',
  'smtp.banner': 'Its mail server greets with',
  'pop3.banner': 'Its mail server greets with',
  'imap.banner': 'Its mail server greets with',
  'user.confirm': 'A person confirmed it as',
  'user.lock': 'A person says it is',
  'user.reject': 'A person says it is not',
}

const families: [string, string][] = [
  ['modbus.device_id.', 'Asked over Modbus it says'],
  ['modbus.server_id', 'Asked over Modbus it says'],
  ['mdns.txt', 'It announces'],
  ['mdns.', 'It announces'],
  ['bacnet.', 'Its BACnet object says'],
  ['cip.', 'Its EtherNet/IP identity says'],
  ['enip.', 'Its EtherNet/IP identity says'],
  ['s7.', 'Asked over S7 it says'],
  ['s7comm.', 'Asked over S7 it says'],
  ['s7comm_plus.', 'Asked over S7 it says'],
  ['pn_dcp.', 'Asked over PROFINET it says'],
  ['opcua.', 'Its OPC UA server says'],
  ['fins.', 'Asked over FINS it says'],
  ['ads.', 'Asked over ADS it says'],
  ['mms.', 'Asked over MMS it says'],
  ['knx', 'Over KNX it says'],
  ['goose.', 'In its GOOSE messages it says'],
  ['hart_ip.', 'Over HART it says'],
  ['sv.', 'In its sampled values it says'],
  ['modbus.', 'Asked over Modbus it says'],
  ['umas.', 'Asked over UMAS it says'],
  ['melsec.', 'Asked over MELSEC it says'],
  ['melsoft.', 'Asked by MELSOFT it says'],
  ['codesys.', 'Its CODESYS runtime says'],
  ['pcworx.', 'Asked by PC Worx it says'],
  ['proconos.', 'Its ProConOS runtime says'],
  ['pccc.', 'Asked over PCCC it says'],
  ['cspv4.', 'Asked over PCCC it says'],
  ['ge_srtp.', 'Asked over SRTP it says'],
  ['fox.', 'Its Niagara station says'],
  ['synphasor.', 'Its phasor measurements say'],
  ['ipmi.', 'Its management controller says'],
  ['c1222.', 'Over C12.22 it says'],
  ['pn_io.', 'Asked over PROFINET it says'],
  ['pn_rt.', 'In its PROFINET data it says'],
  ['ethersbus.', 'Asked over Ether-S-Bus it says'],
  ['ethersio.', 'Over Ether-S-IO it says'],
  ['ethercat.', 'Over EtherCAT it says'],
  ['crimson.', 'Asked by Crimson it says'],
  ['crestron.', 'Asked by Crestron’s search it says'],
  ['dnp3.', 'Over DNP3 it says'],
  ['iec104.', 'Over IEC 60870-5-104 it says'],
  ['atg.', 'Its tank gauge says'],
  ['iso8583.', 'In its payment messages it says'],
  ['doip.', 'Asked over DoIP it says'],
  ['lantronix.', 'Asked by a search for device servers it says'],
  ['moxa.', 'Asked by a search for device servers it says'],
  ['ptp.', 'Its clock says'],
  ['wps.', 'Over Wi-Fi Protected Setup it says'],
  ['browser.', 'To its neighbours it says'],
  ['dicom.', 'Over DICOM it says'],
  ['hl7.', 'In its HL7 messages it says'],
  ['ubnt.', 'Asked by Ubiquiti’s search it says'],
  ['edimax.', 'It registers with Edimax’s cloud as'],
  ['tplink.', 'Asked in TP-Link’s own way it says'],
  ['tuya.', 'It calls out in Tuya’s own way'],
  ['lifx.', 'In LIFX’s own way it says'],
  ['xiaomi.', 'To Xiaomi’s servers it says'],
  ['ssdp.', 'It announces over SSDP'],
  ['upnp.', 'Its description says'],
  ['onvif.', 'Over ONVIF it says'],
  ['wsd.', 'It announces over WS-Discovery'],
  ['snmp.', 'Asked over SNMP it says'],
  ['http.', 'Over HTTP it says'],
  ['ssh.', 'Over SSH it says'],
  ['smb.', 'Over SMB it says'],
  ['nbns.', 'Over NetBIOS it gives the name'],
  ['cdp.', 'To its neighbours it says'],
  ['dhcp.', 'When asking for an address it says'],
  ['dhcpv6.', 'When asking for an address it says'],
  ['tcp.', 'Its way of opening TCP is'],
  ['mqtt.', 'Over MQTT it says'],
  ['lldp.', 'To its neighbours it says'],
  ['sip.', 'Over SIP it says'],
  ['rtsp.', 'Its video server says'],
  ['tls.ja', 'Its way of opening TLS is'],
  ['import.', 'Another inventory has it as'],
]

/** One reason as a sentence: what was seen, and what it speaks for. */
export function reasonOf(e: Evidence): string {
  const lead = sources[e.key] ?? families.find(([p]) => e.key.startsWith(p))?.[1] ?? `${e.key} is`
  const value = e.value.length > 90 ? `${e.value.slice(0, 89)}…` : e.value
  return `${lead} “${value}”`
}

/** What a piece of evidence speaks for, in words. */
export function supportOf(e: Evidence): string {
  const what = e.supports === 'type' ? typeTitle(e.claim) : e.claim
  if (!what) return e.supports
  return e.weight < 0 ? `against ${e.supports} ${what}` : `${e.supports} ${what}`
}

/** The heaviest reasons, one for each thing observed. */
export function heaviest(evidence: Evidence[] | null | undefined, n: number): Evidence[] {
  const seen = new Set<string>()
  const out: Evidence[] = []
  for (const e of [...(evidence ?? [])].sort((a, b) => b.weight - a.weight)) {
    const key = `${e.key}=${e.value}`
    if (seen.has(key) || e.weight <= 0) continue
    seen.add(key)
    out.push(e)
    if (out.length === n) break
  }
  return out
}

/** The surest claim that lost, with what it is about. */
export function runnerUp(d: Device): { what: string; claim: Claim } | undefined {
  const entries = Object.entries(d.runner_up ?? {}).filter((e): e is [string, Claim] => !!e[1])
  entries.sort((a, b) => b[1].confidence - a[1].confidence)
  const first = entries[0]
  return first && { what: first[0], claim: first[1] }
}

const control = new Set(['ot', 'medical', 'building'])

/** Whether the device may move something in the world: people must type its name. */
export function isControl(d: Device, category: string): boolean {
  return control.has(category) || (d.roles ?? []).includes('ot')
}
