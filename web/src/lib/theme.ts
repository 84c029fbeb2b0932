import { recall, remember } from './stored.ts'

export type Theme = 'auto' | 'light' | 'dark'

export const currentTheme = (): Theme => recall<Theme>('theme', 'auto')

/** Shows the page light, dark, or as the machine does. */
export function applyTheme(theme: Theme): void {
  if (theme === 'auto') delete document.documentElement.dataset.theme
  else document.documentElement.dataset.theme = theme
}

export function chooseTheme(theme: Theme): void {
  remember('theme', theme)
  applyTheme(theme)
}
