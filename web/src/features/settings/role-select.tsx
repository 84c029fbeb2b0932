import type { Role } from '../../api/types.ts'

const roles: [Role, string][] = [
  ['viewer', 'Viewer: reads'],
  ['analyst', 'Analyst: triages, names, merges, uploads'],
  ['operator', 'Operator: runs actions'],
  ['admin', 'Admin: users, tokens, sensors, settings'],
]

interface RoleSelectProps {
  value: Role
  change: (r: Role) => void
  label?: string
}

export function RoleSelect({ value, change, label }: RoleSelectProps) {
  return (
    <select
      className="select"
      aria-label={label}
      value={value}
      onChange={(e) => change(e.target.value as Role)}
    >
      {roles.map(([r, title]) => (
        <option key={r} value={r}>
          {title}
        </option>
      ))}
    </select>
  )
}
