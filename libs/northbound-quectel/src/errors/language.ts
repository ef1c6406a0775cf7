/** What `?language=` names; Chinese unless English is asked for. */
export type Language = 'CN' | 'EN';

/** The language that a URL asks its answer in. Anything but EN is answered in the default. */
export function languageOf(url: string): Language {
  const start = url.indexOf('?');
  if (start === -1) return 'CN';
  return new URLSearchParams(url.slice(start)).get('language') === 'EN' ? 'EN' : 'CN';
}
