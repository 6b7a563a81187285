const longest = 28;

/** A run's name where there is little room: longer ones would leave none for the figures. */
export const shortName = (name: string): string => (name.length > longest ? `${name.slice(0, longest - 1)}…` : name);
