'use client';

import { Pause, Play } from 'lucide-react';
import { useEffect, useRef, useState } from 'react';

interface WallReplayProps {
  /** How many epochs there are to show, 1 at least. */
  epochs: number;
  /** Which is shown, from 1. */
  shown: number;
  onShow: (epoch: number) => void;
  /** What it is called: `stage 1, epoch 3`. */
  name: string;
}

/** Milliseconds for an epoch. */
const pace = 500;

/** A slider over all epochs, and a button that goes through them. */
export function SamplePredictionsReplay({ epochs, shown, onShow, name }: WallReplayProps) {
  const [isPlaying, setPlaying] = useState(false);
  // Another function at every render, of which there are four a second while a run trains: none begins the pause anew.
  const show = useRef(onShow);
  show.current = onShow;
  useEffect(() => {
    if (!isPlaying) return;
    if (shown >= epochs) {
      setPlaying(false);
      return;
    }
    const timer = setTimeout(() => show.current(shown + 1), pace);
    return () => clearTimeout(timer);
  }, [isPlaying, shown, epochs]);
  const play = () => {
    if (!isPlaying && shown >= epochs) onShow(1);
    setPlaying(!isPlaying);
  };
  return (
    <div className="flex items-center gap-3">
      <button type="button" className="button" onClick={play} disabled={epochs < 2}>
        {isPlaying ? <Pause size={14} aria-hidden /> : <Play size={14} aria-hidden />}
        {isPlaying ? 'Pause' : 'Replay'}
      </button>
      <input
        type="range"
        min={1}
        max={epochs}
        value={shown}
        onChange={(event) => {
          setPlaying(false);
          onShow(Number(event.target.value));
        }}
        aria-label="Epoch on the wall"
        aria-valuetext={name}
        className="min-w-0 grow"
      />
      <output className="w-36 shrink-0 text-right text-soft text-xs">{name}</output>
    </div>
  );
}
