/*
** Lists of words and of pairs, which most IMAP responses are made of.
*/
#include <string.h>
#include <strings.h>

#include "wire/imap_parser.h"

bool sat_imap_add_word(struct sat_imap_parser *p, struct sat_imap_word ***end,
                       struct sat_bytes text) {
  struct sat_imap_word *w = SAT_IMAP_NEW(p, struct sat_imap_word);
  if (w == NULL) return false;
  w->text = text;
  **end = w;
  *end = &w->next;
  return true;
}

bool sat_imap_add_pair(struct sat_imap_parser *p, struct sat_imap_pair ***end,
                       struct sat_bytes key, struct sat_bytes value) {
  struct sat_imap_pair *pair = SAT_IMAP_NEW(p, struct sat_imap_pair);
  if (pair == NULL) return false;
  pair->key = key;
  pair->value = value;
  **end = pair;
  *end = &pair->next;
  return true;
}

bool sat_imap_get_words(struct sat_imap_parser *p, sat_imap_getter get,
                        struct sat_imap_word **list_r) {
  struct sat_imap_word **end = list_r;
  struct sat_bytes v;
  bool first = true, ok;
  if (!sat_imap_get_char(p, '(')) return false;
  while (sat_imap_more(p, &first, &ok))
    if (!get(p, &v) || !sat_imap_add_word(p, &end, v)) return false;
  return ok;
}

bool sat_imap_get_rest(struct sat_imap_parser *p, sat_imap_getter get,
                       struct sat_imap_word **list_r) {
  struct sat_imap_word **end = list_r;
  struct sat_bytes v;
  while (sat_imap_next(p))
    if (!sat_imap_get_space(p) || !get(p, &v) ||
        !sat_imap_add_word(p, &end, v))
      return false;
  return true;
}

bool sat_imap_get_pairs(struct sat_imap_parser *p, sat_imap_getter key,
                        sat_imap_getter value,
                        struct sat_imap_pair **list_r) {
  struct sat_imap_pair **end = list_r;
  struct sat_bytes k, v;
  bool first = true, ok;
  if (!sat_imap_get_char(p, '(')) return false;
  while (sat_imap_more(p, &first, &ok))
    if (!key(p, &k) || !sat_imap_get_space(p) || !value(p, &v) ||
        !sat_imap_add_pair(p, &end, k, v))
      return false;
  return ok;
}

bool sat_imap_get_extra(struct sat_imap_parser *p, struct sat_bytes name,
                        struct sat_imap_pair **list) {
  struct sat_bytes v;
  if (p->extra != list) p->extra_end = p->extra = list;
  return sat_imap_get_space(p) && sat_imap_get_raw(p, &v) &&
         sat_imap_upper(p, &name) &&
         sat_imap_add_pair(p, &p->extra_end, name, v);
}

/*
** Letters of ASCII
*/
static bool change(struct sat_imap_parser *p, struct sat_bytes *v,
                   uint8_t from, uint8_t to) {
  uint8_t *copy;
  size_t i = 0;
  while (i < v->n && (v->p[i] < from || v->p[i] > from + 25)) i++;
  if (i == v->n) return true;
  copy = sat_reader_alloc(&p->r, v->n);
  if (copy == NULL) return false;
  for (i = 0; i < v->n; i++) {
    bool letter = v->p[i] >= from && v->p[i] <= from + 25;
    copy[i] = letter ? (uint8_t)(v->p[i] - from + to) : v->p[i];
  }
  v->p = copy;
  return true;
}

bool sat_imap_lower(struct sat_imap_parser *p, struct sat_bytes *v) {
  return change(p, v, 'A', 'a');
}

bool sat_imap_upper(struct sat_imap_parser *p, struct sat_bytes *v) {
  return change(p, v, 'a', 'A');
}

bool sat_imap_is(struct sat_bytes text, const char *word) {
  return text.n == strlen(word) &&
         strncasecmp((const char *)text.p, word, text.n) == 0;
}
