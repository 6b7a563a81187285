import { z } from 'zod';

/** A file beside CIFAR-10's own: what they are, where the checksum of the archive that they came in vouched for it. */
export const provenanceFile = 'provenance.json';

export const provenanceSchema = z.object({
  /** `CIFAR-10, official` */
  name: z.string().min(1).max(100),
  /** Of `test_batch.bin`, in hex: of other files nothing is said. */
  testSha256: z.string(),
});
