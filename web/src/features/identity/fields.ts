/** What the fields of an identity are called. */
export const titles: Record<string, string> = {
  type: 'Type',
  vendor: 'Vendor',
  model: 'Model',
  os: 'System',
  firmware: 'Firmware',
}
