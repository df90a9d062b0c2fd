/*
** RTF cut into tokens.  Nothing is refused: what is no token is text.
*/
#include <string.h>

#include "wire/rtf.h"

static bool is_letter(uint8_t c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool is_digit(uint8_t c) { return c >= '0' && c <= '9'; }

static int hex_value(uint8_t c) {
  if (is_digit(c)) return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

static void read_number(struct sat_rtf_tokens *t, struct sat_rtf_token *o) {
  const uint8_t *p = t->p;
  bool minus = p < t->end && *p == '-';
  int64_t v = 0;
  if (minus) p++;
  if (p == t->end || !is_digit(*p)) return;
  for (; p < t->end && is_digit(*p); p++)
    if (v < INT32_MAX) v = v * 10 + (*p - '0');
  if (v > INT32_MAX) v = INT32_MAX;
  o->has_number = true;
  o->number = (int32_t)(minus ? -v : v);
  t->p = p;
}

static void read_word(struct sat_rtf_tokens *t, struct sat_rtf_token *o) {
  size_t n = 0;
  o->kind = SAT_RTF_WORD;
  for (; t->p < t->end && is_letter(*t->p); t->p++)
    if (n < SAT_RTF_WORD_MAX) o->word[n++] = (char)*t->p;
  o->word[n] = '\0';
  read_number(t, o);
  if (t->p < t->end && *t->p == ' ') t->p++;
  if (strcmp(o->word, "bin") == 0 && o->number > 0) {
    size_t left = (size_t)(t->end - t->p);
    t->p += (size_t)o->number < left ? (size_t)o->number : left;
  }
}

/* behind a backslash */
static void read_control(struct sat_rtf_tokens *t, struct sat_rtf_token *o) {
  if (t->p == t->end) {
    o->kind = SAT_RTF_END;
  } else if (is_letter(*t->p)) {
    read_word(t, o);
  } else if (*t->p == '\'' && t->end - t->p > 2 && hex_value(t->p[1]) >= 0 &&
             hex_value(t->p[2]) >= 0) {
    o->kind = SAT_RTF_BYTE;
    o->byte = (uint8_t)(hex_value(t->p[1]) << 4 | hex_value(t->p[2]));
    t->p += 3;
  } else {
    o->kind = SAT_RTF_SYMBOL;
    o->byte = *t->p++;
  }
}

static bool is_text(uint8_t c) {
  return c != '{' && c != '}' && c != '\\' && c != '\r' && c != '\n' &&
         c != '\0';
}

void sat_rtf_next(struct sat_rtf_tokens *t, struct sat_rtf_token *token_r) {
  struct sat_rtf_token *o = token_r;
  o->has_number = false;
  o->number = 0;
  while (t->p < t->end && (*t->p == '\r' || *t->p == '\n' || *t->p == '\0'))
    t->p++;
  o->kind = SAT_RTF_END;
  if (t->p == t->end) return;
  o->text = t->p;
  switch (*t->p) {
    case '{':
      o->kind = SAT_RTF_OPEN;
      t->p++;
      return;
    case '}':
      o->kind = SAT_RTF_CLOSE;
      t->p++;
      return;
    case '\\':
      t->p++;
      read_control(t, o);
      return;
    default:
      while (t->p < t->end && is_text(*t->p)) t->p++;
      o->kind = SAT_RTF_TEXT;
      o->n = (size_t)(t->p - o->text);
  }
}

bool sat_rtf_begins(const void *p, size_t n) {
  static const char magic[] = "{\\rtf";
  const uint8_t *s = p, *end = s + n;
  while (s < end && (*s == ' ' || *s == '\r' || *s == '\n' || *s == '\t')) s++;
  return (size_t)(end - s) >= sizeof magic - 1 &&
         memcmp(s, magic, sizeof magic - 1) == 0;
}
