#include "wire/imap_printer.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "wire/imap_parser.h"
#include "wire/imap_quote.h"

void sat_imap_put_number(struct sat_buf *b, uint64_t v) {
  char text[24];
  snprintf(text, sizeof text, "%" PRIu64, v);
  sat_buf_str(b, text);
}

void sat_imap_put_bytes(struct sat_buf *b, struct sat_bytes v) {
  sat_buf_put(b, v.p, v.n);
}

void sat_imap_put_nstring(struct sat_buf *b, struct sat_bytes v) {
  if (v.p == NULL) sat_buf_str(b, "NIL");
  else sat_imap_put_string(b, v);
}

static bool is_astring(const uint8_t *p, size_t n) {
  for (size_t i = 0; i < n; i++)
    if (p[i] != ']' && !sat_imap_is_atom_char(p[i])) return false;
  return n > 0;
}

void sat_imap_put_astring(struct sat_buf *b, struct sat_bytes v) {
  if (is_astring(v.p, v.n)) sat_imap_put_bytes(b, v);
  else sat_imap_put_string(b, v);
}

void sat_imap_put_flag(struct sat_buf *b, struct sat_bytes v) {
  size_t system = v.n > 0 && v.p[0] == '\\';
  if (is_astring(v.p + system, v.n - system) ||
      (v.n == 2 && memcmp(v.p, "\\*", 2) == 0))
    sat_imap_put_bytes(b, v);
  else sat_imap_put_string(b, v);
}

/*
** Lists
*/
void sat_imap_put_words(struct sat_buf *b, const struct sat_imap_word *w,
                        sat_imap_putter put) {
  sat_buf_u8(b, '(');
  for (; w != NULL; w = w->next) {
    put(b, w->text);
    if (w->next != NULL) sat_buf_u8(b, ' ');
  }
  sat_buf_u8(b, ')');
}

void sat_imap_put_rest(struct sat_buf *b, const struct sat_imap_word *w,
                       sat_imap_putter put) {
  for (; w != NULL; w = w->next) {
    sat_buf_u8(b, ' ');
    put(b, w->text);
  }
}

void sat_imap_put_pairs(struct sat_buf *b, const struct sat_imap_pair *pair,
                        sat_imap_putter key, sat_imap_putter value) {
  sat_buf_u8(b, '(');
  for (; pair != NULL; pair = pair->next) {
    key(b, pair->key);
    sat_buf_u8(b, ' ');
    value(b, pair->value);
    if (pair->next != NULL) sat_buf_u8(b, ' ');
  }
  sat_buf_u8(b, ')');
}

/*
** Items
*/
void sat_imap_put_item(struct sat_imap_items *items, const char *name) {
  if (items->any) sat_buf_u8(items->b, ' ');
  items->any = true;
  sat_buf_str(items->b, name);
}

void sat_imap_put_extra(struct sat_imap_items *items,
                        const struct sat_imap_pair *pair) {
  for (; pair != NULL; pair = pair->next) {
    sat_imap_put_item(items, "");
    sat_imap_put_astring(items->b, pair->key);
    sat_buf_u8(items->b, ' ');
    sat_imap_put_bytes(items->b, pair->value);
  }
}

void sat_imap_put_said(struct sat_imap_items *items, const char *name,
                       struct sat_imap_number v) {
  if (!v.said) return;
  sat_imap_put_item(items, name);
  sat_buf_u8(items->b, ' ');
  sat_imap_put_number(items->b, v.v);
}
