/*
** date-time (RFC 9051 9): "17-Jul-1996 02:44:25 -0700" as seconds since 1970.
*/
#include "wire/imap_date.h"

#include <stdio.h>

#include "wire/imap_parser.h"

static const char *const months[] = {"Jan", "Feb", "Mar", "Apr",
                                     "May", "Jun", "Jul", "Aug",
                                     "Sep", "Oct", "Nov", "Dec"};

static bool get_digits(struct sat_imap_parser *p, unsigned n, int *v_r) {
  *v_r = 0;
  while (n-- > 0) {
    int c = sat_imap_peek(p);
    if (c < '0' || c > '9') {
      sat_reader_fail(&p->r, "expected a digit");
      return false;
    }
    *v_r = *v_r * 10 + (c - '0');
    p->r.p++;
  }
  return true;
}

/* three letters in any case; a "-" follows, which an atom may hold */
static bool take_letters(struct sat_imap_parser *p, const char *letters) {
  for (int i = 0; i < 3; i++)
    if (p->r.end - p->r.p <= i || (p->r.p[i] | 32) != (letters[i] | 32))
      return false;
  p->r.p += 3;
  return true;
}

static bool get_month(struct sat_imap_parser *p, int *month_r) {
  for (*month_r = 0; *month_r < 12; ++*month_r)
    if (take_letters(p, months[*month_r])) return true;
  sat_reader_fail(&p->r, "expected a month");
  return false;
}

static int days_in(int month, int year) {
  static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
  return days[month] + (month == 1 && leap);
}

/* days from 1970-01-01 in the Gregorian calendar; months from 0 */
static int64_t days_since_1970(int year, int month, int day) {
  static const int before[] = {0,   31,  59,  90,  120, 151,
                               181, 212, 243, 273, 304, 334};
  int y = year - (month < 2) + 400;
  int leaps = y / 4 - y / 100 + y / 400 - 97;
  return (int64_t)year * 365 + leaps + before[month] + day - 1 -
         (1970 * 365 + 1969 / 4 - 1969 / 100 + 1969 / 400);
}

/* date-day-fixed "-" date-month "-" date-year; the blank of a day below 10
** may be missing (QUIRKS 26) */
static bool get_day(struct sat_imap_parser *p, int64_t *days_r) {
  int day, month, year;
  bool one = sat_imap_try_char(p, ' ') ||
             (p->r.end - p->r.p > 1 && p->r.p[1] == '-');
  if (!get_digits(p, one ? 1 : 2, &day) || !sat_imap_get_char(p, '-') ||
      !get_month(p, &month) || !sat_imap_get_char(p, '-') ||
      !get_digits(p, 4, &year))
    return false;
  if (day < 1 || day > days_in(month, year)) {
    sat_reader_fail(&p->r, "there is no such day");
    return false;
  }
  *days_r = days_since_1970(year, month, day);
  return true;
}

/* time SP zone */
static bool get_time(struct sat_imap_parser *p, int64_t *seconds_r) {
  int h, m, s, zone;
  bool west;
  if (!get_digits(p, 2, &h) || !sat_imap_get_char(p, ':') ||
      !get_digits(p, 2, &m) || !sat_imap_get_char(p, ':') ||
      !get_digits(p, 2, &s) || !sat_imap_get_space(p))
    return false;
  west = sat_imap_try_char(p, '-');
  if ((!west && !sat_imap_get_char(p, '+')) || !get_digits(p, 4, &zone))
    return false;
  if (h > 23 || m > 59 || s > 60 || zone > 2359 || zone % 100 > 59) {
    sat_reader_fail(&p->r, "there is no such time");
    return false;
  }
  zone = (zone / 100 * 60 + zone % 100) * 60;
  *seconds_r = (int64_t)h * 3600 + m * 60 + s - (west ? -zone : zone);
  return true;
}

bool sat_imap_parse_date(struct sat_imap_parser *p, int64_t *seconds_r) {
  int64_t days, seconds;
  if (!sat_imap_get_char(p, '"') || !get_day(p, &days) ||
      !sat_imap_get_space(p) || !get_time(p, &seconds) ||
      !sat_imap_get_char(p, '"'))
    return false;
  *seconds_r = days * 86400 + seconds;
  if (*seconds_r >= SAT_IMAP_DATE_MIN && *seconds_r <= SAT_IMAP_DATE_MAX)
    return true;
  sat_reader_fail(&p->r, "there is no such year");
  return false;
}

/*
** Printing
*/
static int year_of(int64_t days) {
  int year = (int)(1970 + days / 366);
  if (days < 0) year = (int)(1970 + days / 365 - 1);
  while (days_since_1970(year + 1, 0, 1) <= days) year++;
  return year;
}

void sat_imap_date_print(struct sat_buf *out, int64_t seconds) {
  int64_t days = seconds / 86400, rest = seconds % 86400;
  int year, month = 0, second;
  char text[40];
  if (rest < 0) {
    rest += 86400;
    days--;
  }
  year = year_of(days);
  while (month < 11 && days_since_1970(year, month + 1, 1) <= days) month++;
  second = (int)rest;
  snprintf(text, sizeof text, "%02d-%s-%04d %02d:%02d:%02d +0000",
           (int)(days - days_since_1970(year, month, 1)) + 1, months[month],
           year, second / 3600, second / 60 % 60, second % 60);
  sat_buf_str(out, text);
}
