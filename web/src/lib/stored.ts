// Small things this browser remembers, and nothing more. Private windows and
// full disks may refuse: then nothing is remembered, and nothing breaks.

const prefix = 'heron.'

export function recall<T>(name: string, otherwise: T): T {
  try {
    const text = localStorage.getItem(prefix + name)
    return text === null ? otherwise : (JSON.parse(text) as T)
  } catch {
    return otherwise
  }
}

export function remember(name: string, value: unknown): void {
  try {
    localStorage.setItem(prefix + name, JSON.stringify(value))
  } catch {
    // Not remembered; see above.
  }
}
