import { Toolbar } from 'radix-ui';
import { useState } from 'react';
import { type Block, type Network, trainedConvolutions, unfreezeFrom } from '@/lib/network/mobilenet-v2.ts';
import { describeBlock, describeTrainedPart } from '@/lib/network/trained-part.ts';

interface NetworkStripProps {
  network: Network;
  nUnfreeze: number;
  /** Without a stage 2 nothing of the base is trained, whatever N says. */
  hasStage2: boolean;
  onChange: (nUnfreeze: number) => void;
}

/**
 * The network from pixels to classes, a bar a kernel, what stage 2 trains filled. Pointing at a block names it, choosing
 * it lets training begin there. One stop for the Tab key; arrow keys go from block to block.
 */
export function NetworkStrip({ network, nUnfreeze, hasStage2, onChange }: NetworkStripProps) {
  const [named, setNamed] = useState<Block | null>(null);
  const trained = new Set(hasStage2 ? trainedConvolutions(network, nUnfreeze) : []);
  return (
    <div className="mt-3">
      <Toolbar.Root aria-label="Where training begins" className="flex items-end gap-[3px] sm:gap-1">
        {network.blocks.map((block) => (
          <Toolbar.Button
            key={block.name}
            aria-label={`${describeBlock(block, trained)}. Train from here on`}
            onClick={() => onChange(unfreezeFrom(network, block.convolutions[0]!))}
            onPointerEnter={() => setNamed(block)}
            onPointerLeave={() => setNamed(null)}
            onFocus={() => setNamed(block)}
            onBlur={() => setNamed(null)}
            style={{ flexGrow: block.convolutions.length }}
            className="group flex h-8 min-w-0 basis-0 gap-px rounded-[3px] sm:gap-0.5"
          >
            {block.convolutions.map((convolution) => (
              <span
                key={convolution.name}
                className={`h-full min-w-0 grow rounded-[2px] border transition-colors ${
                  trained.has(convolution)
                    ? 'border-accent bg-accent group-hover:bg-accent-strong'
                    : 'border-line-strong/60 bg-raised group-hover:border-accent'
                }`}
              />
            ))}
          </Toolbar.Button>
        ))}
        <span className="ml-1 flex h-8 items-center rounded-md bg-accent px-2 text-on-accent text-xs">head</span>
      </Toolbar.Root>
      <p className="mt-1.5 flex min-h-9 flex-wrap gap-x-4 text-xs sm:min-h-5">
        <output className="font-medium">
          {hasStage2 ? describeTrainedPart(network, nUnfreeze) : 'Stage 2 has no epochs: none of it is trained'}
        </output>
        <span className="text-soft" aria-hidden>
          {named && describeBlock(named, trained)}
        </span>
      </p>
    </div>
  );
}
