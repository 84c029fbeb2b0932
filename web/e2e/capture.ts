// Capture files made by hand (pcap, libpcap file format 2.4, Ethernet).

export const mac = '02:40:8c:e2:e2:07'
export const ip = '10.99.7.7'

const bytes = (text: string, separator: string, radix: number): number[] =>
  text.split(separator).map((p) => parseInt(p, radix))

/** ARP requests of a device that is nowhere else, so that finding it proves the upload. */
export const capture = (): Buffer => file(Array.from({ length: 20 }, (_, i) => arp(mac, ip, i + 1)))

/** Three devices that nobody knows and that are alike: each asks for an address by a made-up name. */
export const strangers = (): Buffer =>
  file(
    [1, 2, 3].flatMap((n) => {
      const own = `02:40:8c:e2:e3:0${n}`
      return [discover(own, `zork-0a1b2${n}`), arp(own, `10.99.8.${n}`, 254)]
    }),
  )

function file(frames: Buffer[]): Buffer {
  const header = Buffer.alloc(24)
  header.writeUInt32LE(0xa1b2c3d4, 0)
  header.writeUInt16LE(2, 4)
  header.writeUInt16LE(4, 6)
  header.writeUInt32LE(65535, 16)
  header.writeUInt32LE(1, 20)
  const now = Math.floor(Date.now() / 1000)
  const packets = frames.map((f, i) => packet(now - frames.length + i, f))
  return Buffer.concat([header, ...packets])
}

function packet(seconds: number, frame: Buffer): Buffer {
  const record = Buffer.alloc(16)
  record.writeUInt32LE(seconds, 0)
  record.writeUInt32LE(frame.length, 8)
  record.writeUInt32LE(frame.length, 12)
  return Buffer.concat([record, frame])
}

function arp(mac: string, ip: string, host: number): Buffer {
  const me = bytes(mac, ':', 16)
  const from = bytes(ip, '.', 10)
  const frame = Buffer.alloc(60)
  Buffer.from([255, 255, 255, 255, 255, 255, ...me, 8, 6, 0, 1, 8, 0, 6, 4, 0, 1, ...me, ...from]).copy(frame)
  Buffer.from([...from.slice(0, 3), host]).copy(frame, 38)
  return frame
}

/** A DHCPDISCOVER (RFC 2131) with a host name (option 12) and a vendor class (60). */
function discover(mac: string, name: string): Buffer {
  const me = bytes(mac, ':', 16)
  const option = (code: number, value: string): number[] => [code, value.length, ...Buffer.from(value)]
  const options = [53, 1, 1, ...option(12, name), ...option(60, 'zorkware 7'), 55, 4, 1, 3, 6, 77, 255]
  const bootp = Buffer.alloc(240 + options.length)
  Buffer.from([1, 1, 6, 0, 1, 2, 3, 4]).copy(bootp)
  Buffer.from(me).copy(bootp, 28)
  Buffer.from([0x63, 0x82, 0x53, 0x63, ...options]).copy(bootp, 236)
  const udp = Buffer.alloc(8)
  ;[68, 67, 8 + bootp.length].forEach((v, i) => udp.writeUInt16BE(v, 2 * i))
  const ip = Buffer.alloc(20)
  Buffer.from([0x45, 0, 0, 0, 0, 0, 0, 0, 64, 17, 0, 0, 0, 0, 0, 0, 255, 255, 255, 255]).copy(ip)
  ip.writeUInt16BE(28 + bootp.length, 2)
  return Buffer.concat([Buffer.from([255, 255, 255, 255, 255, 255, ...me, 8, 0]), ip, udp, bootp])
}
