package skinny

// models are the product numbers of the types of phones that have one, by the
// numbers that call managers give to these types.
var models = [...]struct {
	kind int
	name string
}{
	{6, "CP-7910"},
	{7, "CP-7960"},
	{8, "CP-7940"},
	{9, "CP-7935"},
	{12, "ATA186"},
	{13, "ATA188"},
	{115, "CP-7941G"},
	{119, "CP-7971G-GE"},
	{302, "CP-7985G"},
	{307, "CP-7911G"},
	{308, "CP-7961G-GE"},
	{309, "CP-7941G-GE"},
	{348, "CP-7931G"},
	{365, "CP-7921G"},
	{369, "CP-7906G"},
	{404, "CP-7962G"},
	{412, "CP-3951"},
	{431, "CP-7937G"},
	{434, "CP-7942G"},
	{435, "CP-7945G"},
	{436, "CP-7965G"},
	{437, "CP-7975G"},
	{484, "CP-7925G"},
	{495, "CP-6921"},
	{496, "CP-6941"},
	{497, "CP-6961"},
	{547, "CP-6901"},
	{548, "CP-6911"},
	{564, "CP-6945"},
	{585, "CP-8945"},
	{586, "CP-8941"},
	{20000, "CP-7905G"},
	{30002, "CP-7920"},
	{30006, "CP-7970G"},
	{30007, "CP-7912G"},
	{30008, "CP-7902G"},
	{30016, "IP Communicator"},
	{30018, "CP-7961G"},
	{30019, "CP-7936"},
	{80000, "SPA521S"},
	{80003, "SPA502G"},
	{80004, "SPA504G"},
	{80005, "SPA525G"},
	{80007, "SPA509G"},
	{80009, "SPA525G2"},
	{80011, "SPA303G"},
}

// modelOf returns the product number of a type of device; "" where it is not known,
// or is the type of what is no product of its own.
func modelOf(kind int) string {
	for _, m := range models {
		if m.kind == kind {
			return m.name
		}
	}
	return ""
}
