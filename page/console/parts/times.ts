const moment = new Intl.DateTimeFormat('en', { dateStyle: 'medium', timeStyle: 'short', hourCycle: 'h23' });
const day = new Intl.DateTimeFormat('en', { dateStyle: 'medium' });
const hour = new Intl.DateTimeFormat('en', { weekday: 'short', hour: '2-digit', minute: '2-digit', hourCycle: 'h23' });

/** The time zone of this browser, in which all times are shown: `Europe/Berlin`. */
export const TIME_ZONE = moment.resolvedOptions().timeZone;

/** A time of the API as day and time. */
export const formatMoment = (time: string): string => moment.format(new Date(time));

/** A time of the API as a day. */
export const formatDay = (time: string): string => day.format(new Date(time));

/** A time of the API as one of the last week. */
export const formatHour = (time: string): string => hour.format(new Date(time));
