/**
 * Runs `task` again and again, never two at once, with `pauseMs` between the end of one and the start of the
 * next. A hidden tab asks nothing. Returns the function that stops it.
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
