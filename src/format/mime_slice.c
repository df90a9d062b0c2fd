#include "format/mime_slice.h"

#include <string.h>

bool sat_is_space(char c) {
  return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

bool sat_is_digit(char c) { return c >= '0' && c <= '9'; }

char sat_lower(char c) {
  return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

bool sat_is_alnum(char c) {
  char low = sat_lower(c);
  return sat_is_digit(c) || (low >= 'a' && low <= 'z');
}

int sat_hex_value(char c) {
  char low = sat_lower(c);
  if (sat_is_digit(c)) return c - '0';
  return low >= 'a' && low <= 'f' ? low - 'a' + 10 : -1;
}

struct sat_slice sat_slice_of(const char *s) {
  return (struct sat_slice){s, strlen(s)};
}

bool sat_slice_begins(struct sat_slice s, const char *word) {
  size_t i = 0;
  for (; word[i] != '\0'; i++)
    if (i == s.n || sat_lower(s.p[i]) != sat_lower(word[i])) return false;
  return true;
}

bool sat_slice_is(struct sat_slice s, const char *word) {
  return s.n == strlen(word) && sat_slice_begins(s, word);
}

struct sat_slice sat_slice_trim(struct sat_slice s) {
  while (s.n > 0 && sat_is_space(s.p[0])) s.p++, s.n--;
  while (s.n > 0 && sat_is_space(s.p[s.n - 1])) s.n--;
  return s;
}

const char *sat_slice_find(struct sat_slice s, char c) {
  return s.n > 0 ? memchr(s.p, c, s.n) : NULL;
}

struct sat_slice sat_slice_line(struct sat_slice *s) {
  const char *end = sat_slice_find(*s, '\n');
  struct sat_slice line = {s->p, end != NULL ? (size_t)(end - s->p) : s->n};
  size_t used = end != NULL ? line.n + 1 : line.n;
  s->p += used;
  s->n -= used;
  if (line.n > 0 && line.p[line.n - 1] == '\r') line.n--;
  return line;
}
