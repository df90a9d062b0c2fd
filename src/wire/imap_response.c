#include "wire/imap_response.h"

#include <string.h>

#include "wire/imap_parser.h"

static const char *const type_names[] = {/* ORDER sat_imap_type */
    "ok",        "no",         "bad",      "bye",        "preauth",
    "continuation", "capability", "enabled", "flags",    "list",
    "lsub",      "status",     "search",   "sort",       "esearch",
    "thread",    "exists",     "recent",   "expunge",    "vanished",
    "fetch",     "namespace",  "id",       "quota",      "quotaroot",
    "acl",       "myrights",   "listrights", "metadata", "genurlauth",
    "urlfetch",  "other",      "broken"};

const char *sat_imap_type_name(enum sat_imap_type type) {
  return type_names[type];
}

/*
** Status responses
*/
/* text: any bytes but CR, LF and NUL */
bool sat_imap_check_text(struct sat_imap_parser *p, struct sat_bytes text) {
  for (size_t i = 0; i < text.n; i++)
    if (text.p[i] == '\r' || text.p[i] == '\n' || text.p[i] == '\0') {
      p->r.p = text.p + i;
      sat_reader_fail(&p->r, "0x%02x within text", text.p[i]);
      return false;
    }
  return true;
}

static bool get_text(struct sat_imap_parser *p, struct sat_bytes *v_r) {
  v_r->p = p->r.p;
  v_r->n = (uint32_t)(p->r.end - p->r.p);
  p->r.p = p->r.end;
  return sat_imap_check_text(p, *v_r);
}

/* SP resp-text: ["[" resp-text-code "]" SP] [text].  The blanks may be
** missing where no text follows (QUIRKS 29), and there may be one more before
** a code (QUIRKS 49). */
static bool parse_text(struct sat_imap_parser *p,
                       struct sat_imap_response *o) {
  if (!sat_imap_at_end(p) && !sat_imap_get_space(p)) return false;
  if (p->r.end - p->r.p > 1 && p->r.p[0] == ' ' && p->r.p[1] == '[') p->r.p++;
  if (sat_imap_try_char(p, '[')) {
    if (!sat_imap_parse_code(p, &o->code)) return false;
    if (!sat_imap_at_end(p) && !sat_imap_get_space(p)) return false;
  }
  return get_text(p, &o->text);
}

static bool parse_words(struct sat_imap_parser *p,
                        struct sat_imap_response *o) {
  return sat_imap_get_rest(p, sat_imap_get_atom, &o->u.words);
}

static bool parse_flags(struct sat_imap_parser *p,
                        struct sat_imap_response *o) {
  return sat_imap_get_space(p) &&
         sat_imap_get_words(p, sat_imap_get_flag, &o->u.words);
}

static bool parse_urls(struct sat_imap_parser *p,
                       struct sat_imap_response *o) {
  return sat_imap_get_rest(p, sat_imap_get_astring, &o->u.words);
}

typedef bool (*production)(struct sat_imap_parser *p,
                           struct sat_imap_response *o);

static const struct {
  const char *name;
  enum sat_imap_type type;
  production parse;
} words[] = {
    {"OK", SAT_IMAP_OK, parse_text},
    {"NO", SAT_IMAP_NO, parse_text},
    {"BAD", SAT_IMAP_BAD, parse_text},
    {"BYE", SAT_IMAP_BYE, parse_text},
    {"PREAUTH", SAT_IMAP_PREAUTH, parse_text},
    {"CAPABILITY", SAT_IMAP_CAPABILITY, parse_words},
    {"ENABLED", SAT_IMAP_ENABLED, parse_words},
    {"FLAGS", SAT_IMAP_FLAGS, parse_flags},
    {"LIST", SAT_IMAP_LIST, sat_imap_parse_list},
    {"LSUB", SAT_IMAP_LSUB, sat_imap_parse_list},
    {"STATUS", SAT_IMAP_STATUS, sat_imap_parse_status},
    {"SEARCH", SAT_IMAP_SEARCH, sat_imap_parse_search},
    {"SORT", SAT_IMAP_SORT, sat_imap_parse_search},
    {"ESEARCH", SAT_IMAP_ESEARCH, sat_imap_parse_esearch},
    {"THREAD", SAT_IMAP_THREAD, sat_imap_parse_thread},
    {"VANISHED", SAT_IMAP_VANISHED, sat_imap_parse_vanished},
    {"NAMESPACE", SAT_IMAP_NAMESPACE, sat_imap_parse_namespace},
    {"ID", SAT_IMAP_ID, sat_imap_parse_id},
    {"QUOTA", SAT_IMAP_QUOTA, sat_imap_parse_quota},
    {"QUOTAROOT", SAT_IMAP_QUOTAROOT, sat_imap_parse_quotaroot},
    {"ACL", SAT_IMAP_ACL, sat_imap_parse_acl},
    {"MYRIGHTS", SAT_IMAP_MYRIGHTS, sat_imap_parse_myrights},
    {"LISTRIGHTS", SAT_IMAP_LISTRIGHTS, sat_imap_parse_listrights},
    {"METADATA", SAT_IMAP_METADATA, sat_imap_parse_metadata},
    {"GENURLAUTH", SAT_IMAP_GENURLAUTH, parse_urls},
    {"URLFETCH", SAT_IMAP_URLFETCH, sat_imap_parse_urlfetch},
};

/* a response of an extension that is not in the table: its bytes, whatever
** they are */
static bool parse_other(struct sat_imap_parser *p,
                        struct sat_imap_response *o, struct sat_bytes name) {
  o->type = SAT_IMAP_OTHER;
  o->u.other.name = name;
  if (sat_imap_next(p) && !sat_imap_get_space(p)) return false;
  o->u.other.raw.p = p->r.p;
  o->u.other.raw.n = (uint32_t)(p->r.end - p->r.p);
  p->r.p = p->r.end;
  return sat_imap_upper(p, &o->u.other.name);
}

static bool parse_word(struct sat_imap_parser *p,
                       struct sat_imap_response *o) {
  struct sat_bytes name;
  if (!sat_imap_get_item(p, &name)) return false;
  for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
    if (!sat_imap_is(name, words[i].name)) continue;
    o->type = words[i].type;
    sat_reader_push(&p->r, type_names[o->type], -1);
    return words[i].parse(p, o);
  }
  return parse_other(p, o, name);
}

/*
** Message data
*/
static bool parse_fetch(struct sat_imap_parser *p,
                        struct sat_imap_response *o, uint32_t number,
                        bool by_uid) {
  struct sat_imap_fetch *f = SAT_IMAP_NEW(p, struct sat_imap_fetch);
  o->type = SAT_IMAP_FETCH;
  o->u.fetch = f;
  if (f == NULL) return false;
  sat_reader_push(&p->r, "fetch", number);
  if (number == 0) {
    sat_reader_fail(&p->r, "0 is no number of a message");
    return false;
  }
  f->uid.said = by_uid; /* RFC 9586 3.3 */
  if (by_uid) f->uid.v = number;
  else f->number = number;
  return sat_imap_get_space(p) && sat_imap_parse_fetch(p, f);
}

/* number SP ("EXISTS" / "RECENT" / "EXPUNGE" / "FETCH" SP msg-att) */
static bool parse_numbered(struct sat_imap_parser *p,
                           struct sat_imap_response *o) {
  struct sat_bytes name;
  uint32_t number;
  if (!sat_imap_get_number32(p, &number) || !sat_imap_get_space(p) ||
      !sat_imap_get_item(p, &name))
    return false;
  if (sat_imap_is(name, "FETCH")) return parse_fetch(p, o, number, false);
  if (sat_imap_is(name, "UIDFETCH")) return parse_fetch(p, o, number, true);
  o->u.number = number;
  if (sat_imap_is(name, "EXISTS")) {
    o->type = SAT_IMAP_EXISTS;
  } else if (sat_imap_is(name, "RECENT")) {
    o->type = SAT_IMAP_RECENT;
  } else if (sat_imap_is(name, "EXPUNGE")) {
    o->type = SAT_IMAP_EXPUNGE;
  } else {
    memset(&o->u, 0, sizeof o->u);
    o->u.other.number.said = true;
    o->u.other.number.v = number;
    return parse_other(p, o, name);
  }
  return true;
}

/*
** Responses
*/
/* "+" SP (resp-text / base64); the blank may be missing (QUIRKS 29) */
static bool parse_continuation(struct sat_imap_parser *p,
                               struct sat_imap_response *o) {
  o->type = SAT_IMAP_CONTINUATION;
  if (!sat_imap_at_end(p) && !sat_imap_get_space(p)) return false;
  return get_text(p, &o->text);
}

/* response-tagged: tag SP resp-cond-state */
static bool parse_tagged(struct sat_imap_parser *p,
                         struct sat_imap_response *o) {
  struct sat_bytes name;
  if (!sat_imap_get_tag(p, &o->tag) || !sat_imap_get_space(p)) return false;
  if (!sat_imap_get_item(p, &name)) return false;
  for (size_t i = 0; i <= SAT_IMAP_BAD; i++) {
    if (!sat_imap_is(name, words[i].name)) continue;
    o->type = words[i].type;
    return parse_text(p, o);
  }
  sat_reader_fail(&p->r, "expected OK, NO or BAD");
  return false;
}

static bool parse_response(struct sat_imap_parser *p,
                           struct sat_imap_response *o) {
  int c;
  if (sat_imap_try_char(p, '+')) return parse_continuation(p, o);
  if (!sat_imap_try_char(p, '*')) return parse_tagged(p, o);
  if (!sat_imap_get_space(p)) return false;
  c = sat_imap_peek(p);
  return c >= '0' && c <= '9' ? parse_numbered(p, o) : parse_word(p, o);
}

void sat_imap_start(struct sat_imap_parser *parser, const void *p, size_t n,
                    const struct sat_imap_options *options,
                    struct sat_arena *arena, struct sat_error *err) {
  parser->extra = parser->extra_end = NULL;
  parser->utf8 = options != NULL && options->utf8;
  sat_reader_init(&parser->r, p, n, arena, err);
  parser->r.max_depth = options != NULL && options->max_depth > 0
                            ? options->max_depth
                            : SAT_IMAP_DEPTH;
}

int sat_imap_parse(const void *p, size_t n,
                   const struct sat_imap_options *options,
                   struct sat_arena *arena, struct sat_error *err,
                   struct sat_imap_response *response_r) {
  struct sat_imap_parser parser;
  const uint8_t *bytes = p;
  memset(response_r, 0, sizeof *response_r);
  sat_imap_start(&parser, p, n, options, arena, err);
  if (n < 2 || bytes[n - 2] != '\r' || bytes[n - 1] != '\n') {
    parser.r.p = parser.r.end;
    return sat_reader_fail(&parser.r, "the line does not end");
  }
  parser.r.end -= 2;
  if (!parse_response(&parser, response_r)) return -1;
  if (!sat_imap_next(&parser)) return 0;
  return sat_reader_fail(&parser.r, "expected the end of the response");
}
