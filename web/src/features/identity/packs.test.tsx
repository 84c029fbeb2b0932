import { cleanup, render, screen } from '@testing-library/react'
import { afterEach, describe, expect, it } from 'vitest'
import type { Signatures } from '../../api/types.ts'
import { Loaded } from './packs.tsx'

afterEach(cleanup)

describe('the signatures in use', () => {
  const loaded: Signatures = {
    folder: '/etc/heron/signatures',
    digest: 'd',
    since: '2026-11-27T09:00:00Z',
    packs: [
      { file: '(embedded)', name: 'heron', signatures: 8246 },
      { file: 'acme.yaml', name: 'acme-plant', version: '1.2', signatures: 3, disabled: 1 },
    ],
  }

  it('are told file by file', () => {
    render(<Loaded signatures={loaded} />)
    expect(screen.getByRole('row', { name: 'Heron’s own heron 8,246' })).toBeTruthy()
    expect(screen.getByRole('row', { name: 'acme.yaml acme-plant 1.2 3 1' })).toBeTruthy()
    expect(screen.queryByRole('status')).toBeNull()
  })

  it('come with what is wrong with other files, a line each', () => {
    render(<Loaded signatures={{ ...loaded, fault: 'a.yaml: line 3: bad\nb.yaml: is no file' }} />)
    expect(screen.getAllByRole('listitem').map((l) => l.textContent)).toEqual([
      'a.yaml: line 3: bad',
      'b.yaml: is no file',
    ])
  })
})
