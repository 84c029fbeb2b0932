import { Dialog } from '../../ui/dialog.tsx'
import { Kbd } from '../../ui/signs.tsx'
import { places } from './places.ts'

const groups: { title: string; keys: [string[], string][] }[] = [
  {
    title: 'Everywhere',
    keys: [
      [['Ctrl', 'K'], 'Find a device or go somewhere'],
      [['?'], 'These keys'],
      [['/'], 'Search in the list'],
      [['Esc'], 'Close what is open'],
    ],
  },
  {
    title: 'In lists',
    keys: [
      [['j'], 'Next'],
      [['k'], 'Previous'],
      [['Enter'], 'Open'],
      [['x'], 'Select, for merging'],
    ],
  },
  {
    title: 'On an alert',
    keys: [
      [['e'], 'Acknowledge'],
      [['t'], 'True: it was what it says'],
      [['f'], 'False alarm'],
      [['p'], 'Expected here'],
      [['c'], 'Close'],
    ],
  },
]

export function Help({ close }: { close: () => void }) {
  return (
    <Dialog title="Keys" close={close}>
      <div className="grid grid-2 help">
        {groups.map((g) => (
          <KeyList key={g.title} title={g.title} keys={g.keys} />
        ))}
        <KeyList title="Go to" keys={places.map((p) => [['g', p.key], p.title])} />
      </div>
    </Dialog>
  )
}

function KeyList({ title, keys }: { title: string; keys: [string[], string][] }) {
  return (
    <section className="stack-s">
      <h3>{title}</h3>
      <dl className="keys">
        {keys.map(([combo, what]) => (
          <div key={what}>
            <dt>
              {combo.map((k) => (
                <Kbd key={k}>{k}</Kbd>
              ))}
            </dt>
            <dd>{what}</dd>
          </div>
        ))}
      </dl>
    </section>
  )
}
