// What ip, tc and nft print with -j.

type Row = Readonly<Record<string, unknown>>;

export function isObject(value: unknown): value is Row {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The rows of a list, or of the list under a key; whatever is no object is left out. */
export function records(text: Buffer | string, key?: string): Row[] {
  const value: unknown = JSON.parse(String(text) || '[]');
  const list = key !== undefined && isObject(value) ? value[key] : value;
  return Array.isArray(list) ? list.filter((row) => isObject(row)) : [];
}
