#include "format/mime_date.h"

#include <string.h>

#define LONGEST 256 /* bytes of a date that are looked at */
#define UNSET (-1)

struct date {
  int year, month, day, hour, minute, second;
  int zone; /* minutes east */
  bool has_zone, pm, am;
};

/* RFC 5322 4.3, and what is common beside it; minutes east */
static const struct {
  const char *name;
  int minutes;
} zones[] = {{"UT", 0},      {"UTC", 0},     {"GMT", 0},     {"Z", 0},
             {"EST", -300},  {"EDT", -240},  {"CST", -360},  {"CDT", -300},
             {"MST", -420},  {"MDT", -360},  {"PST", -480},  {"PDT", -420},
             {"WET", 0},     {"WEST", 60},   {"BST", 60},    {"CET", 60},
             {"CEST", 120},  {"MET", 60},    {"MEST", 120},  {"MEZ", 60},
             {"MESZ", 120},  {"EET", 120},   {"EEST", 180},  {"MSK", 180},
             {"MSD", 240},   {"IST", 330},   {"SGT", 480},   {"HKT", 480},
             {"JST", 540},   {"KST", 540},   {"AEST", 600},  {"AEDT", 660},
             {"NZST", 720},  {"NZDT", 780},  {"AKST", -540}, {"AKDT", -480},
             {"HST", -600},  {"AST", -240},  {"ADT", -180},  {"NST", -210}};

static const char months[] = "janfebmaraprmayjunjulaugsepoctnovdec";

static int month_of(struct sat_slice word) {
  char low[3];
  if (word.n < 3) return UNSET;
  for (size_t i = 0; i < 3; i++) low[i] = sat_lower(word.p[i]);
  for (int i = 0; i < 12; i++)
    if (memcmp(low, months + 3 * i, 3) == 0) return i + 1;
  return UNSET;
}

static bool is_letter(char c) {
  return sat_is_alnum(c) && !sat_is_digit(c);
}

static void take_word(struct date *d, struct sat_slice word) {
  if (d->month == UNSET && month_of(word) != UNSET) {
    d->month = month_of(word);
    return;
  }
  if (d->hour != UNSET && sat_slice_is(word, "pm")) d->pm = true;
  if (d->hour != UNSET && sat_slice_is(word, "am")) d->am = true;
  if (d->has_zone) return;
  for (size_t i = 0; i < sizeof zones / sizeof *zones; i++)
    if (sat_slice_is(word, zones[i].name)) {
      d->zone = zones[i].minutes;
      d->has_zone = true;
    }
}

/* digits at s, at most 9 of them count; *s moves behind them */
static int take_digits(struct sat_slice *s, size_t *n_r) {
  int value = 0;
  size_t n = 0;
  for (; n < s->n && sat_is_digit(s->p[n]); n++)
    if (n < 9) value = value * 10 + (s->p[n] - '0');
  s->p += n;
  s->n -= n;
  *n_r = n;
  return value;
}

static bool next_is(struct sat_slice s, char c) {
  return s.n > 1 && s.p[0] == c && sat_is_digit(s.p[1]);
}

static void step(struct sat_slice *s) {
  s->p++;
  s->n--;
}

/* ":mm" and ":ss" and a fraction behind an hour */
static void take_clock(struct date *d, struct sat_slice *s, int hour,
                       char colon) {
  size_t n;
  step(s);
  d->hour = hour;
  d->minute = take_digits(s, &n);
  d->second = 0;
  if (next_is(*s, colon)) {
    step(s);
    d->second = take_digits(s, &n);
  }
  if (next_is(*s, '.') || next_is(*s, ',')) {
    step(s);
    take_digits(s, &n);
  }
}

/* RFC 5322 4.3: years of two and three digits */
static int full_year(int year, size_t digits) {
  if (digits == 2) return year < 50 ? year + 2000 : year + 1900;
  return digits == 3 ? year + 1900 : year;
}

/* 2026-01-31 and 2026/01/31 */
static bool take_iso(struct date *d, struct sat_slice *s, int year) {
  struct sat_slice at = *s;
  size_t n;
  char between = at.n > 0 ? *at.p : '\0';
  if ((between != '-' && between != '/') || !next_is(at, between)) return false;
  step(&at);
  int month = take_digits(&at, &n);
  if (month < 1 || month > 12 || !next_is(at, between)) return false;
  step(&at);
  d->year = year;
  d->month = month;
  d->day = take_digits(&at, &n);
  if (at.n > 1 && sat_lower(*at.p) == 't' && sat_is_digit(at.p[1])) step(&at);
  *s = at;
  return true;
}

/* 31.1.2026, 1/31/2026, 31/1/2026 */
static bool take_numbers(struct date *d, struct sat_slice *s, int first) {
  struct sat_slice at = *s;
  size_t n;
  char between = at.n > 0 ? *at.p : '\0';
  if ((between != '.' && between != '/') || !next_is(at, between)) return false;
  step(&at);
  int second = take_digits(&at, &n);
  if (!next_is(at, between)) return false;
  step(&at);
  bool day_first = between == '.' || first > 12;
  d->day = day_first ? first : second;
  d->month = day_first ? second : first;
  d->year = take_digits(&at, &n);
  d->year = full_year(d->year, n);
  *s = at;
  return true;
}

static void take_number(struct date *d, struct sat_slice *s) {
  size_t n;
  int value = take_digits(s, &n);
  if (d->hour == UNSET && n <= 2 && next_is(*s, ':')) {
    take_clock(d, s, value, ':');
  } else if (n >= 4 && d->year == UNSET) {
    if (d->month != UNSET || d->day != UNSET || !take_iso(d, s, value))
      d->year = value;
  } else if (d->day == UNSET && n <= 2) {
    if (d->month != UNSET || !take_numbers(d, s, value)) d->day = value;
  } else if (d->hour == UNSET && d->year != UNSET && n <= 2 &&
             next_is(*s, '.')) {
    take_clock(d, s, value, '.');
  } else if (d->year == UNSET) {
    d->year = full_year(value, n);
  }
}

/* +hhmm, +hh:mm, +hh; also where '+' was lost and -0000 is meant */
static void take_offset(struct date *d, struct sat_slice *s) {
  int sign = *s->p == '-' ? -1 : 1;
  size_t n, more;
  step(s);
  int value = take_digits(s, &n);
  if (n <= 2 && next_is(*s, ':')) {
    step(s);
    value = value * 100 + take_digits(s, &more);
  } else if (n <= 2) {
    value *= 100;
  }
  if (value % 100 > 59 || value / 100 > 23) return;
  d->zone = sign * (value / 100 * 60 + value % 100);
  d->has_zone = true;
}

/* Copies without comments (RFC 5322 3.2.2) and without the blanks around the
** colons of a clock. */
static size_t flatten(struct sat_slice s, char out[LONGEST]) {
  size_t n = 0;
  int depth = 0;
  for (size_t i = 0; i < s.n; i++) {
    char c = s.p[i];
    if (c == '(') depth++;
    if (depth == 0 || c == ')') {
      if (c == ')') c = ' ';
      if (c == ':') while (n > 0 && sat_is_space(out[n - 1])) n--;
      if (!sat_is_space(c) || n == 0 || out[n - 1] != ':') out[n++] = c;
    }
    if (s.p[i] == ')' && depth > 0) depth--;
  }
  return n;
}

static void read(struct date *d, struct sat_slice s) {
  while (s.n > 0) {
    char c = *s.p;
    if (sat_is_digit(c)) {
      take_number(d, &s);
    } else if ((c == '+' || c == '-') && d->hour != UNSET && next_is(s, c)) {
      take_offset(d, &s);
    } else if (is_letter(c)) {
      struct sat_slice word = {s.p, 0};
      while (word.n < s.n && is_letter(s.p[word.n])) word.n++;
      take_word(d, word);
      s.p += word.n;
      s.n -= word.n;
    } else {
      step(&s);
    }
  }
}

/* days from 1970-01-01 to a date of the Gregorian calendar */
static int64_t days_of(int year, int month, int day) {
  if (month <= 2) {
    year--;
    month += 12;
  }
  int64_t era = year / 400;
  int64_t of_era = year - era * 400;
  int64_t of_year = (153 * (month - 3) + 2) / 5 + day - 1;
  return era * 146097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year -
         719468;
}

bool sat_date_read(struct sat_slice text, int64_t *time_r) {
  struct date d = {.year = UNSET, .month = UNSET, .day = UNSET, .hour = UNSET};
  char flat[LONGEST];
  if (text.n > LONGEST) text.n = LONGEST;
  read(&d, (struct sat_slice){flat, flatten(text, flat)});
  if (d.year < 1 || d.year > 9999 || d.month < 1 || d.month > 12 ||
      d.day < 1 || d.day > 31)
    return false;
  if (d.hour == UNSET || d.hour > 24 || d.minute > 59 || d.second > 60)
    d.hour = d.minute = d.second = 0;
  if (d.pm && d.hour < 12) d.hour += 12;
  if (d.am && d.hour == 12) d.hour = 0;
  *time_r = days_of(d.year, d.month, d.day) * 86400 + d.hour * 3600 +
            (d.minute - d.zone) * 60 + d.second;
  return true;
}
