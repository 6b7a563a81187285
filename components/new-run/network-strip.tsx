import { Toolbar } from 'radix-ui';
import { useState } from 'react';
import { type Block, type Network, trainedConvolutions, unfreezeFrom } from '@/lib/network/mobilenet-v2.ts';
import { describeBlock, describeTrainedPart } from '@/lib/network/trained-part.ts';

interface NetworkStripProps {
  network: Network;
  nUnfreeze: number;
  /** Without stage 2 the base is not trained, whatever `nUnfreeze` is. */
  hasStage2: boolean;
  onChange: (nUnfreeze: number) => void;
}

/**
 * The network from pixels to classes, one bar per conv layer; those that stage 2 trains are filled. Hovering over a block
 * describes it, clicking it makes it the first trained block. One stop for the Tab key; arrow keys move between blocks.
 */
export function NetworkStrip({ network, nUnfreeze, hasStage2, onChange }: NetworkStripProps) {
  const [described, setDescribed] = useState<Block | null>(null);
  const trained = new Set(hasStage2 ? trainedConvolutions(network, nUnfreeze) : []);
  return (
    <div className="mt-3">
      <Toolbar.Root aria-label="First trained block" className="flex items-end gap-[3px] sm:gap-1">
        {network.blocks.map((block) => (
          <Toolbar.Button
            key={block.name}
            aria-label={`${describeBlock(block, trained)}. Train from this block on`}
            onClick={() => onChange(unfreezeFrom(network, block.convolutions[0]!))}
            onPointerEnter={() => setDescribed(block)}
            onPointerLeave={() => setDescribed(null)}
            onFocus={() => setDescribed(block)}
            onBlur={() => setDescribed(null)}
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
          {hasStage2 ? describeTrainedPart(network, nUnfreeze) : 'Stage 2 has no epochs, so the base stays frozen'}
        </output>
        <span className="text-soft" aria-hidden>
          {described && describeBlock(described, trained)}
        </span>
      </p>
    </div>
  );
}
