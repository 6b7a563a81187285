const maxLength = 28;

/** A run's name, shortened where space is limited. */
export const shortName = (name: string): string =>
  name.length > maxLength ? `${name.slice(0, maxLength - 1)}…` : name;
