/**
 * Runs `task` repeatedly and never concurrently, with `pauseMs` between the end of one run and the start of the next.
 * Pauses while the tab is hidden. Returns the function that stops it.
 */
export function poll(task: () => Promise<void>, pauseMs: number): () => void {
  let stopped = false;
  let timer: ReturnType<typeof setTimeout> | undefined;

  const round = async (): Promise<void> => {
    if (!document.hidden) await task();
    if (!stopped) timer = setTimeout(() => void round(), pauseMs);
  };
  void round();

  return () => {
    stopped = true;
    clearTimeout(timer);
  };
}
