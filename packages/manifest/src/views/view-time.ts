/** Times in views: ISO 8601 with microseconds and `+00:00`, as Python prints them. */
export function formatViewTime(iso: string): string {
  return iso.replace(/\.(\d{3})Z$/, ".$1000+00:00");
}
