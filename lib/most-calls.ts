/**
 * How many procedures one request may ask for. A page asks for a handful of things at a time, a comparison for each of its
 * runs; what is more goes by another request.
 */
export const mostCalls = 50;
