'use client';

import { Pause, Play } from 'lucide-react';
import { useEffect, useRef, useState } from 'react';

interface SamplePredictionsReplayProps {
  /** Number of epochs, at least 1. */
  epochs: number;
  /** The displayed epoch, from 1. */
  shown: number;
  onShow: (epoch: number) => void;
  /** Its name: `stage 1, epoch 3`. */
  name: string;
}

/** Milliseconds per epoch. */
const interval = 500;

/** A slider over all epochs, and a button that plays through them. */
export function SamplePredictionsReplay({ epochs, shown, onShow, name }: SamplePredictionsReplayProps) {
  const [isPlaying, setPlaying] = useState(false);
  // A ref: during training the callback changes four times a second, which would restart the timer each time.
  const show = useRef(onShow);
  show.current = onShow;
  useEffect(() => {
    if (!isPlaying) return;
    if (shown >= epochs) {
      setPlaying(false);
      return;
    }
    const timer = setTimeout(() => show.current(shown + 1), interval);
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
        aria-label="Epoch"
        aria-valuetext={name}
        className="min-w-0 grow"
      />
      <output className="w-36 shrink-0 text-right text-soft text-xs">{name}</output>
    </div>
  );
}
