import { useQuery } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { useState, type FormEvent } from 'react'
import { trialQuery } from '../../api/identity.ts'
import type { Evidence, SignatureOutcome, Trial } from '../../api/types.ts'
import { supportOf, verdictOf } from '../../lib/device-words.ts'
import { Button } from '../../ui/button.tsx'
import { Card } from '../../ui/layout.tsx'
import { Chip } from '../../ui/signs.tsx'
import { Await } from '../../ui/states.tsx'

const example = 'dhcp.vendor_class = udhcp 1.24.1\nhttp.server = App-webs/\nservice.open = tcp/554'

/** Reads lines of KEY = VALUE; what is no such line is given back. */
export function parsed(text: string): { observations: string[]; wrong: string[] } {
  const lines = text
    .split('\n')
    .map((l) => l.trim())
    .filter((l) => l && !l.startsWith('#'))
  const isOne = (l: string): boolean => /^[\w.@-]+\s*[=:]/.test(l)
  return {
    observations: lines.filter(isOne).map((l) => l.replace(/^([\w.@-]+)\s*[=:]\s*/, '$1=')),
    wrong: lines.filter((l) => !isOne(l)),
  }
}

/** Observations in, and out come the answer and the signatures behind it. */
export function Workbench({ given }: { given: string[] | undefined }) {
  const [text, setText] = useState((given ?? []).join('\n'))
  const navigate = useNavigate({ from: '/identity' })
  const trial = useQuery(trialQuery(given ?? []))
  const { observations, wrong } = parsed(text)
  const submit = (e: FormEvent): void => {
    e.preventDefault()
    void navigate({ search: { observations: observations.slice(0, 100) }, replace: true, resetScroll: false })
  }
  return (
    <Card title="Workbench">
      <form className="stack-s" onSubmit={submit}>
        <label className="field">
          <span>What was observed, one a line: key = value</span>
          <textarea
            className="input mono"
            rows={6}
            value={text}
            onChange={(e) => setText(e.target.value)}
            placeholder={example}
            spellCheck={false}
          />
        </label>
        {wrong.length > 0 && (
          <p className="small quiet" role="status">
            Not read: {wrong.slice(0, 3).join(' · ')}
          </p>
        )}
        <div>
          <Button look="primary" type="submit" busy={trial.isFetching} disabled={observations.length === 0}>
            What would it be?
          </Button>
        </div>
      </form>
      {given && given.length > 0 && (
        <div className="trial" aria-live="polite">
          <Await query={trial} what="The answer">
            {(t) => <Answer trial={t} />}
          </Await>
        </div>
      )}
    </Card>
  )
}

function Answer({ trial: t }: { trial: Trial }) {
  const matched = t.signatures.filter((s) => s.matched)
  const nearly = t.signatures.filter((s) => !s.matched)
  return (
    <div className="stack">
      <p className="identity-verdict">{verdictOf(t.identity)}</p>
      {t.evidence.length > 0 && <Votes evidence={t.evidence} />}
      <Outcomes title="Signatures that match" list={matched} none="None of them matches." />
      {nearly.length > 0 && <Outcomes title="Those that nearly do" list={nearly.slice(0, 20)} />}
    </div>
  )
}

function Votes({ evidence }: { evidence: Evidence[] }) {
  return (
    <ul className="votes">
      {evidence.slice(0, 8).map((e) => (
        <li key={e.key + e.value + e.supports + e.signature}>
          <span className="num">{e.weight > 0 ? `+${e.weight.toFixed(1)}` : e.weight.toFixed(1)}</span>
          <span>{supportOf(e)}</span>
          <span className="mono small quiet">
            {e.key} {e.signature && `· ${e.signature}`}
          </span>
        </li>
      ))}
    </ul>
  )
}

function Outcomes({ title, list, none }: { title: string; list: SignatureOutcome[]; none?: string }) {
  return (
    <div>
      <h3>{title}</h3>
      {list.length === 0 && <p className="quiet">{none}</p>}
      <ul className="outcomes">
        {list.map((s) => (
          <li key={s.signature}>
            <p className="row">
              <span className="mono">{s.signature}</span> <Chip>{s.file}</Chip>
              <span className="small quiet">{s.claims.join(', ')}</span>
            </p>
            <ul>
              {s.conditions.map((c) => (
                <li key={c.condition} data-held={c.held !== (c.forbids ?? false)} className="small">
                  <span aria-hidden="true">{c.held !== (c.forbids ?? false) ? '✓' : '✗'}</span>{' '}
                  <span className="visually-hidden">{c.held ? 'holds: ' : 'does not hold: '}</span>
                  {c.forbids && 'unless '}
                  <span className="mono">{c.condition}</span>
                </li>
              ))}
            </ul>
          </li>
        ))}
      </ul>
    </div>
  )
}
