// The search language of devices, as the server reads it: terms side by side,
// each [-][field op]value, where a value with spaces stands in double quotes.

export interface Term {
  field?: string
  op?: string
  value: string
  not?: boolean
}

export interface Field {
  name: string
  hint: string
  example: string
}

export const fields: Field[] = [
  { name: 'vendor', hint: 'Who made it', example: 'vendor:axis' },
  { name: 'model', hint: 'Model', example: 'model:P1448' },
  { name: 'type', hint: 'Type of device', example: 'type:camera' },
  { name: 'category', hint: 'ot, medical, camera, home …', example: 'category:ot' },
  { name: 'zone', hint: 'Zone of the network', example: 'zone:ot' },
  { name: 'risk', hint: 'Score from 0 to 100', example: 'risk>=60' },
  { name: 'level', hint: 'low, medium, high, critical', example: 'level:critical' },
  { name: 'criticality', hint: 'Harm that its failure does', example: 'criticality>=high' },
  { name: 'purdue', hint: 'Purdue level, 0 to 5', example: 'purdue<=2' },
  { name: 'firmware', hint: 'Firmware version', example: 'firmware<10' },
  { name: 'os', hint: 'Operating system', example: 'os:linux' },
  { name: 'ip', hint: 'Address or network', example: 'ip:10.0.20.0/24' },
  { name: 'mac', hint: 'Hardware address', example: 'mac:00:40:8c' },
  { name: 'hostname', hint: 'Name it gives itself', example: 'hostname:cam' },
  { name: 'name', hint: 'Name that people gave it', example: 'name:"front door"' },
  { name: 'service', hint: 'Something it answers on', example: 'service:modbus' },
  { name: 'port', hint: 'Open port', example: 'port:502' },
  { name: 'protocol', hint: 'Protocol it speaks', example: 'protocol:mqtt' },
  { name: 'quarantined', hint: 'true or false', example: 'quarantined:true' },
  { name: 'presence', hint: 'present, asleep, away, gone', example: 'presence:away' },
  { name: 'first', hint: 'First seen, as an age or a date', example: 'first<7d' },
  { name: 'seen', hint: 'Last seen, as an age or a date', example: 'seen<24h' },
  { name: 'sensor', hint: 'Who saw it', example: 'sensor:core' },
]

const term = /(-?)(?:([a-z_]+)(<=|>=|[:=<>]))?("(?:[^"\\]|\\.)*"?|\S+)/g

const known = new Set(fields.map((f) => f.name))

/** Splits a search into terms; what is half typed is taken as far as it goes. */
export function parseSearch(text: string): Term[] {
  const terms: Term[] = []
  for (const m of text.matchAll(term)) {
    const [whole, not, field, op, raw] = m
    if (field && op && known.has(field)) {
      terms.push({ field, op, value: unquote(raw ?? ''), ...(not ? { not: true } : {}) })
    } else {
      const value = unquote(not ? whole.slice(1) : whole)
      if (value) terms.push({ value, ...(not ? { not: true } : {}) })
    }
  }
  return terms
}

function unquote(raw: string): string {
  if (!raw.startsWith('"')) return raw
  return raw.replace(/^"|"$/g, '').replace(/\\(["\\])/g, '$1')
}

/** Writes terms back as text that parses to the same. */
export function formatSearch(terms: Term[]): string {
  return terms.map((t) => (t.not ? '-' : '') + (t.field ?? '') + (t.op ?? '') + quote(t.value)).join(' ')
}

function quote(value: string): string {
  return /[\s"]|^$/.test(value) ? `"${value.replace(/(["\\])/g, '\\$1')}"` : value
}

/** Fields that fit what is being typed at the end of the text. */
export function suggest(text: string): Field[] {
  const last = /(?:^|\s)-?([a-z_]*)$/.exec(text)?.[1]
  if (last === undefined || (last === '' && text !== '')) return []
  return fields.filter((f) => f.name.startsWith(last) && f.name !== last)
}

/** The text with its half-typed last word completed to a field. */
export function complete(text: string, field: Field): string {
  return text.replace(/([a-z_]*)$/, `${field.name}:`)
}
