import type { Alert, Device } from '../api/types.ts'

/** A device as the server sends it, with what a test wants different. */
export function aDevice(change: Partial<Device> = {}): Device {
  return {
    id: 'd1',
    macs: ['00:40:8c:00:00:01'],
    ips: ['10.0.20.7'],
    hostnames: ['cam-7'],
    local: true,
    identity: {
      vendor: { value: 'Axis', confidence: 0.98 },
      model: { value: 'M3045-V', confidence: 0.93 },
      type: { value: 'camera', confidence: 0.97 },
    },
    evidence: [
      {
        key: 'http.server',
        value: 'Axis M3045-V',
        source: 'http',
        supports: 'model',
        claim: 'M3045-V',
        weight: 4.2,
      },
      {
        key: 'mac.oui',
        value: 'Axis Communications',
        source: 'arp',
        supports: 'vendor',
        claim: 'Axis',
        weight: 3.1,
      },
      {
        key: 'dhcp.params',
        value: '1,3,6',
        source: 'dhcp',
        supports: 'type',
        claim: 'printer',
        weight: -0.5,
      },
    ],
    services: [],
    first_seen: '2026-11-20T08:00:00.000000Z',
    last_seen: '2026-11-23T08:00:00.000000Z',
    version: 3,
    ...change,
  }
}

export function anAlert(change: Partial<Alert> = {}): Alert {
  return {
    id: 'a1',
    detector: 'scan.port',
    severity: 'high',
    confidence: 0.9,
    device: 'd1',
    src: '10.0.20.7',
    first_seen: '2026-11-23T08:00:00.000000Z',
    last_seen: '2026-11-23T08:01:00.000000Z',
    detected_at: '2026-11-23T08:00:00.000000Z',
    count: 2,
    attack: ['T0846'],
    title: 'Port scan',
    summary: 'cam-7 tried 71 ports of 12 hosts in vain',
    evidence: {},
    state: 'open',
    version: 1,
    ...change,
  }
}
