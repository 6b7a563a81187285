import { z } from 'zod';

/** A file next to CIFAR-10's files that records their origin. Written if the archive's checksum was verified. */
export const provenanceFile = 'provenance.json';

export const provenanceSchema = z.object({
  /** `CIFAR-10, official` */
  name: z.string().min(1).max(100),
  /** SHA-256 of `test_batch.bin`, in hex. The name applies only while the file matches it. */
  testSha256: z.string(),
});
