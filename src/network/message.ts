/**
 * What a request or a response says about its connection, as the header "Connection" of HTTP does. It
 * travels in sk_buff's `message`: packets here have a length but no contents.
 */

/** Request: leave the connection open. Response: it stays open. */
export const KEEP_ALIVE = 0;
/** Request: one request is all. Response: the server closes, read until the end. */
export const SERVER_CLOSES = 1;
/** Response: the client is the one to close. */
export const CLIENT_CLOSES = 2;
/** Request over UDP: nobody waits for an answer, and so none is sent. */
export const ONE_WAY = 3;
