/** How the page is connected with the run, in words. */
export const LINK = {
  none: 'link.none',
  live: 'link.live',
  waiting: 'link.waiting',
  polling: 'link.polling',
  over: 'link.over',
} as const;
