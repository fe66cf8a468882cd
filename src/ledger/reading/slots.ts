/**
 * The length of a slot in milliseconds: a quarter of an hour. Every zone's offset today is a multiple of it, so
 * slots fold into the hours, days, weeks and months of any zone.
 */
export const slotMs = 900_000;
