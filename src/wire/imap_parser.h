/*
** What the productions of the IMAP grammar are made of (RFC 9051 9), for the
** files imap_*.c alone.  sat_imap_get_… expects a token: it gives false after
** the error was recorded.  sat_imap_try_… takes it if it is there.
**
** Invariant: after false nothing more is read; p->r.p never passes p->r.end,
** which is where the CRLF of the response begins.
*/
#ifndef sat_imap_parser_h
#define sat_imap_parser_h

#include "base/reader.h"
#include "wire/imap_response.h"

struct sat_imap_parser {
  struct sat_reader r;
  bool utf8;
  /* the list that sat_imap_get_extra added to, and its end */
  struct sat_imap_pair **extra, **extra_end;
};

/* reads the n bytes of a response, whether they end it or not */
void sat_imap_start(struct sat_imap_parser *parser, const void *p, size_t n,
                    const struct sat_imap_options *options,
                    struct sat_arena *arena, struct sat_error *err);

/*
** Tokens: imap_token.c
*/
/* the next byte, -1 at the end */
static inline int sat_imap_peek(const struct sat_imap_parser *p) {
  return p->r.p < p->r.end ? *p->r.p : -1;
}

static inline bool sat_imap_at_end(const struct sat_imap_parser *p) {
  return p->r.p == p->r.end;
}

static inline bool sat_imap_try_char(struct sat_imap_parser *p, char c) {
  if (sat_imap_peek(p) != (uint8_t)c) return false;
  p->r.p++;
  return true;
}

bool sat_imap_is_atom_char(int c);
bool sat_imap_get_char(struct sat_imap_parser *p, char c);
bool sat_imap_get_space(struct sat_imap_parser *p);

/* a word in any case, if it is a whole token */
bool sat_imap_try_word(struct sat_imap_parser *p, const char *word);

/* Does anything follow?  Blanks at the end of a line mean nothing
** (QUIRKS 30). */
bool sat_imap_next(struct sat_imap_parser *p);

/* "(" or " " or ")" of a list whose "(" was taken: is there another item? */
bool sat_imap_more(struct sat_imap_parser *p, bool *first, bool *ok_r);

bool sat_imap_get_atom(struct sat_imap_parser *p, struct sat_bytes *v_r);
bool sat_imap_get_item(struct sat_imap_parser *p, struct sat_bytes *v_r);
bool sat_imap_get_tag(struct sat_imap_parser *p, struct sat_bytes *v_r);
bool sat_imap_get_flag(struct sat_imap_parser *p, struct sat_bytes *v_r);
bool sat_imap_get_set(struct sat_imap_parser *p, struct sat_bytes *v_r);
bool sat_imap_get_number(struct sat_imap_parser *p, uint64_t *v_r);
bool sat_imap_get_number32(struct sat_imap_parser *p, uint32_t *v_r);
bool sat_imap_get_nz_number(struct sat_imap_parser *p, uint32_t *v_r);
bool sat_imap_get_said(struct sat_imap_parser *p, struct sat_imap_number *v_r);

/*
** Strings: imap_string.c
*/
bool sat_imap_get_string(struct sat_imap_parser *p, struct sat_bytes *v_r);
bool sat_imap_get_nstring(struct sat_imap_parser *p, struct sat_bytes *v_r);
bool sat_imap_at_nil(const struct sat_imap_parser *p);
/* nstring or literal8 (RFC 3516 7, RFC 5464 5) */
bool sat_imap_get_nstring8(struct sat_imap_parser *p, struct sat_bytes *v_r);
bool sat_imap_get_astring(struct sat_imap_parser *p, struct sat_bytes *v_r);
bool sat_imap_get_name(struct sat_imap_parser *p, struct sat_imap_name *v_r);

/* a name or a label that was read as text, in UTF-8 */
bool sat_imap_decode_name(struct sat_imap_parser *p, struct sat_bytes raw,
                          struct sat_bytes *v_r);

/* a value of an extension (RFC 9051 9, tagged-ext-val), as its bytes */
bool sat_imap_get_raw(struct sat_imap_parser *p, struct sat_bytes *v_r);

/*
** Lists: imap_list.c
*/
typedef bool (*sat_imap_getter)(struct sat_imap_parser *p,
                                struct sat_bytes *v_r);

bool sat_imap_add_word(struct sat_imap_parser *p, struct sat_imap_word ***end,
                       struct sat_bytes text);
bool sat_imap_add_pair(struct sat_imap_parser *p, struct sat_imap_pair ***end,
                       struct sat_bytes key, struct sat_bytes value);
/* "(" [x *(SP x)] ")" */
bool sat_imap_get_words(struct sat_imap_parser *p, sat_imap_getter get,
                        struct sat_imap_word **list_r);
/* *(SP x) up to the end of the response */
bool sat_imap_get_rest(struct sat_imap_parser *p, sat_imap_getter get,
                       struct sat_imap_word **list_r);
/* "(" [x SP y *(SP x SP y)] ")" */
bool sat_imap_get_pairs(struct sat_imap_parser *p, sat_imap_getter key,
                        sat_imap_getter value, struct sat_imap_pair **list_r);
/* SP raw value, added to the list with its name in upper case */
bool sat_imap_get_extra(struct sat_imap_parser *p, struct sat_bytes name,
                        struct sat_imap_pair **list);

/* copies with the letters of ASCII changed; NULL without memory */
bool sat_imap_lower(struct sat_imap_parser *p, struct sat_bytes *v);
bool sat_imap_upper(struct sat_imap_parser *p, struct sat_bytes *v);
bool sat_imap_is(struct sat_bytes text, const char *word);

/* memory of the arena, zero; NULL after the error was recorded */
#define SAT_IMAP_NEW(p, type) \
  ((type *)sat_reader_alloc(&(p)->r, sizeof(type)))

extern const char *const sat_imap_status_items[];

/* text has no CR, LF and NUL */
bool sat_imap_check_text(struct sat_imap_parser *p, struct sat_bytes text);

/*
** Productions
*/
bool sat_imap_parse_code(struct sat_imap_parser *p, struct sat_imap_code *o);
bool sat_imap_parse_list(struct sat_imap_parser *p,
                         struct sat_imap_response *o);
bool sat_imap_parse_status(struct sat_imap_parser *p,
                           struct sat_imap_response *o);
bool sat_imap_parse_namespace(struct sat_imap_parser *p,
                              struct sat_imap_response *o);
bool sat_imap_parse_search(struct sat_imap_parser *p,
                           struct sat_imap_response *o);
bool sat_imap_parse_esearch(struct sat_imap_parser *p,
                            struct sat_imap_response *o);
bool sat_imap_parse_thread(struct sat_imap_parser *p,
                           struct sat_imap_response *o);
bool sat_imap_parse_vanished(struct sat_imap_parser *p,
                             struct sat_imap_response *o);
bool sat_imap_parse_fetch(struct sat_imap_parser *p,
                          struct sat_imap_fetch *o);
/* what can be read of msg-att, which may be broken; records no error */
void sat_imap_salvage_fetch(struct sat_imap_parser *p,
                            struct sat_imap_fetch *o);
bool sat_imap_parse_section(struct sat_imap_parser *p,
                            struct sat_imap_fetch *o, const char *item);
bool sat_imap_parse_rfc822(struct sat_imap_parser *p,
                           struct sat_imap_fetch *o, const char *item);
bool sat_imap_parse_binary_size(struct sat_imap_parser *p,
                                struct sat_imap_fetch *o);
bool sat_imap_parse_envelope(struct sat_imap_parser *p,
                             struct sat_imap_envelope **o_r);
bool sat_imap_parse_body(struct sat_imap_parser *p,
                         struct sat_imap_body **o_r);
bool sat_imap_parse_date(struct sat_imap_parser *p, int64_t *seconds_r);
bool sat_imap_parse_id(struct sat_imap_parser *p,
                       struct sat_imap_response *o);
bool sat_imap_parse_quota(struct sat_imap_parser *p,
                          struct sat_imap_response *o);
bool sat_imap_parse_quotaroot(struct sat_imap_parser *p,
                              struct sat_imap_response *o);
bool sat_imap_parse_acl(struct sat_imap_parser *p,
                        struct sat_imap_response *o);
bool sat_imap_parse_myrights(struct sat_imap_parser *p,
                             struct sat_imap_response *o);
bool sat_imap_parse_listrights(struct sat_imap_parser *p,
                               struct sat_imap_response *o);
bool sat_imap_parse_metadata(struct sat_imap_parser *p,
                             struct sat_imap_response *o);
bool sat_imap_parse_urlfetch(struct sat_imap_parser *p,
                             struct sat_imap_response *o);

#endif
