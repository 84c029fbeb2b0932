// A capture file made by hand (pcap, libpcap file format 2.4, Ethernet): ARP
// requests of a device that is nowhere else, so that finding it proves the upload.

export const mac = '02:40:8c:e2:e2:07'
export const ip = '10.99.7.7'

const bytes = (text: string, separator: string, radix: number): number[] =>
  text.split(separator).map((p) => parseInt(p, radix))

export function capture(): Buffer {
  const header = Buffer.alloc(24)
  header.writeUInt32LE(0xa1b2c3d4, 0)
  header.writeUInt16LE(2, 4)
  header.writeUInt16LE(4, 6)
  header.writeUInt32LE(65535, 16)
  header.writeUInt32LE(1, 20)
  const now = Math.floor(Date.now() / 1000)
  const packets = Array.from({ length: 20 }, (_, i) => packet(now - 20 + i, arp(i + 1)))
  return Buffer.concat([header, ...packets])
}

function packet(seconds: number, frame: Buffer): Buffer {
  const record = Buffer.alloc(16)
  record.writeUInt32LE(seconds, 0)
  record.writeUInt32LE(frame.length, 8)
  record.writeUInt32LE(frame.length, 12)
  return Buffer.concat([record, frame])
}

function arp(host: number): Buffer {
  const me = bytes(mac, ':', 16)
  const from = bytes(ip, '.', 10)
  const frame = Buffer.alloc(60)
  Buffer.from([255, 255, 255, 255, 255, 255, ...me, 8, 6, 0, 1, 8, 0, 6, 4, 0, 1, ...me, ...from]).copy(frame)
  Buffer.from([10, 99, 7, host]).copy(frame, 38)
  return frame
}
