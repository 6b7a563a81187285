/**
 * How many procedure calls one tRPC request may carry. A page batches a handful, a comparison one per run; the client
 * splits larger batches into several requests.
 */
export const maxBatchSize = 50;
