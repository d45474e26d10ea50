/** Where a packet leaves the director: the device that its route names. */
export const Out = { server: 0, client: 1, lo: 2 } as const;
