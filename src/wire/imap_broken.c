#include "wire/imap_broken.h"

#include <string.h>

#include "wire/imap_parser.h"
#include "wire/imap_split.h"

/*
** Which response it is
*/
/* those that answer commands, beside FETCH */
static const enum sat_imap_type answers[] = {
    SAT_IMAP_FLAGS,     SAT_IMAP_LIST,       SAT_IMAP_LSUB,
    SAT_IMAP_STATUS,    SAT_IMAP_SEARCH,     SAT_IMAP_SORT,
    SAT_IMAP_ESEARCH,   SAT_IMAP_THREAD,     SAT_IMAP_NAMESPACE,
    SAT_IMAP_ID,        SAT_IMAP_QUOTA,      SAT_IMAP_QUOTAROOT,
    SAT_IMAP_ACL,       SAT_IMAP_MYRIGHTS,   SAT_IMAP_LISTRIGHTS,
    SAT_IMAP_METADATA,  SAT_IMAP_GENURLAUTH, SAT_IMAP_URLFETCH};

static bool is_answer(struct sat_bytes name) {
  for (size_t i = 0; i < sizeof answers / sizeof *answers; i++)
    if (sat_imap_is(name, sat_imap_type_name(answers[i]))) return true;
  return false;
}

/* number SP ("FETCH" / "UIDFETCH") SP */
static bool get_fetch(struct sat_imap_parser *p, struct sat_imap_broken *o) {
  static const uint8_t fetch[] = "FETCH";
  struct sat_bytes name;
  uint32_t number;
  bool by_uid;
  if (!sat_imap_get_nz_number(p, &number) || !sat_imap_get_space(p) ||
      !sat_imap_get_item(p, &name))
    return false;
  by_uid = sat_imap_is(name, "UIDFETCH");
  if ((!by_uid && !sat_imap_is(name, "FETCH")) || !sat_imap_get_space(p))
    return false;
  o->fetch = SAT_IMAP_NEW(p, struct sat_imap_fetch);
  if (o->fetch == NULL) return false;
  o->name.p = fetch;
  o->name.n = sizeof fetch - 1;
  o->fetch->uid.said = by_uid;
  if (by_uid) o->fetch->uid.v = number;
  else o->fetch->number = number;
  return true;
}

/* "*" SP and the first word */
static bool get_head(struct sat_imap_parser *p, struct sat_imap_broken *o) {
  int c;
  if (!sat_imap_get_char(p, '*') || !sat_imap_get_space(p)) return false;
  c = sat_imap_peek(p);
  if (c >= '0' && c <= '9') return get_fetch(p, o);
  return sat_imap_get_item(p, &o->name) && is_answer(o->name) &&
         sat_imap_upper(p, &o->name);
}

static bool keep_why(struct sat_imap_parser *p, const struct sat_error *why,
                     struct sat_imap_broken *o) {
  size_t n = strlen(why->text);
  uint8_t *copy = sat_reader_alloc(&p->r, n + 1);
  if (copy == NULL) return false;
  memcpy(copy, why->text, n);
  o->why.p = copy;
  o->why.n = (uint32_t)n;
  return true;
}

bool sat_imap_salvage(const void *p, size_t n,
                      const struct sat_imap_options *options,
                      struct sat_arena *arena, const struct sat_error *why,
                      struct sat_imap_response *response_r) {
  struct sat_imap_broken *o = &response_r->u.broken;
  struct sat_imap_parser parser;
  struct sat_error err = {0};
  memset(response_r, 0, sizeof *response_r);
  sat_imap_start(&parser, p, n, options, arena, &err);
  if (!get_head(&parser, o) || !keep_why(&parser, why, o)) return false;
  response_r->type = SAT_IMAP_BROKEN;
  o->raw.p = p;
  o->raw.n = (uint32_t)(n < SAT_IMAP_RAW ? n : SAT_IMAP_RAW);
  if (o->fetch != NULL) sat_imap_salvage_fetch(&parser, o->fetch);
  return true;
}

/*
** Where it ends
*/
/* what a literal is announced behind: SP, "(", or "~" for literal8 */
static bool may_announce(const char *p, const char *end) {
  const char *open = end;
  while (open > p && *open != '{') open--;
  if (open > p && open[-1] == '~') open--;
  return open > p && (open[-1] == ' ' || open[-1] == '(');
}

/* the last line of a response, or all of it */
static bool may_end(const char *p, const char *end, bool is_fetch) {
  while (end > p && end[-1] == ' ') end--;
  if (end == p) return !is_fetch;
  return is_fetch ? end[-1] == ')' : end[-1] != '}';
}

/* Are the lines and literals of p[0..n) what they seem to be? */
static bool is_framed(const char *p, size_t n, bool is_fetch) {
  const char *line = p, *last = p + n - 2;
  for (;;) {
    const char *end = memchr(line, '\r', (size_t)(last + 1 - line));
    int64_t size;
    while (end != NULL && end[1] != '\n')
      end = memchr(end + 1, '\r', (size_t)(last - end));
    if (end == NULL || sat_imap_ends_quoted(line, end)) return false;
    if (end == last) return may_end(line, end, is_fetch);
    size = sat_imap_literal_size(line, end);
    if (size < 0 || size > last - end - 2 || !may_announce(line, end))
      return false;
    line = end + 2 + size;
    if (*line != ' ' && *line != ')' && (is_fetch || line != last))
      return false;
  }
}

static void doubt(struct sat_error *err) {
  struct sat_error why = *err;
  sat_error_clear(err);
  sat_error_set(err, why.kind, "%s; where the response ends is not sure",
                why.text);
}

int sat_imap_read(const void *p, size_t n,
                  const struct sat_imap_options *options,
                  struct sat_arena *arena, struct sat_error *err,
                  struct sat_imap_response *response_r) {
  if (sat_imap_parse(p, n, options, arena, err, response_r) == 0) return 0;
  if (err->kind != SAT_E_PROTOCOL ||
      !sat_imap_salvage(p, n, options, arena, err, response_r))
    return -1;
  if (n >= 2 && is_framed(p, n, response_r->u.broken.fetch != NULL)) {
    sat_error_clear(err);
    return 0;
  }
  doubt(err);
  return -1;
}
