// proto3 `optional` fields are absent, domain fields are null. Absent properties must be left out altogether
// (exactOptionalPropertyTypes), which these two spell.

/** The properties of `fields` that are not null. */
export function present<Fields extends Record<string, unknown>>(
  fields: Fields,
): { [Key in keyof Fields]?: NonNullable<Fields[Key]> } {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== null && value !== undefined)) as {
    [Key in keyof Fields]?: NonNullable<Fields[Key]>;
  };
}

export function orNull<T>(value: T | null | undefined): T | null {
  return value ?? null;
}
