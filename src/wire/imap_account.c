/*
** What is said of servers, of quotas, rights and annotations: ID, QUOTA, ACL,
** METADATA, URLAUTH.
*/
#include "wire/imap_parser.h"

/* "ID" SP ("(" [string SP nstring *(…)] ")" / nil) (RFC 2971 4) */
bool sat_imap_parse_id(struct sat_imap_parser *p,
                       struct sat_imap_response *o) {
  if (!sat_imap_get_space(p)) return false;
  return sat_imap_try_word(p, "NIL") ||
         sat_imap_get_pairs(p, sat_imap_get_string, sat_imap_get_nstring,
                            &o->u.pairs);
}

/*
** QUOTA
*/
/* quota-resource: resource-name SP usage SP limit */
static bool get_resource(struct sat_imap_parser *p,
                         struct sat_imap_resource *o) {
  return sat_imap_get_astring(p, &o->name) && sat_imap_upper(p, &o->name) &&
         sat_imap_get_space(p) && sat_imap_get_number(p, &o->usage) &&
         sat_imap_get_space(p) && sat_imap_get_number(p, &o->limit);
}

/* "QUOTA" SP astring SP "(" [resource *(SP resource)] ")" (RFC 9208 7); the
** list may be missing (QUIRKS 44) */
bool sat_imap_parse_quota(struct sat_imap_parser *p,
                          struct sat_imap_response *o) {
  struct sat_imap_resource **end = &o->u.quota.resources;
  bool first = true, ok;
  if (!sat_imap_get_space(p) || !sat_imap_get_astring(p, &o->u.quota.root))
    return false;
  if (!sat_imap_next(p)) return true;
  if (!sat_imap_get_space(p) || !sat_imap_get_char(p, '(')) return false;
  while (sat_imap_more(p, &first, &ok)) {
    struct sat_imap_resource *r = SAT_IMAP_NEW(p, struct sat_imap_resource);
    if (r == NULL || !get_resource(p, r)) return false;
    *end = r;
    end = &r->next;
  }
  return ok;
}

static bool get_mailbox(struct sat_imap_parser *p,
                        struct sat_imap_response *o) {
  return sat_imap_get_space(p) && sat_imap_get_name(p, &o->u.mailbox.name);
}

/* "QUOTAROOT" SP mailbox *(SP astring) */
bool sat_imap_parse_quotaroot(struct sat_imap_parser *p,
                              struct sat_imap_response *o) {
  return get_mailbox(p, o) &&
         sat_imap_get_rest(p, sat_imap_get_astring, &o->u.mailbox.words);
}

/*
** ACL (RFC 4314 7)
*/
/* "ACL" SP mailbox *(SP identifier SP rights) */
bool sat_imap_parse_acl(struct sat_imap_parser *p,
                        struct sat_imap_response *o) {
  struct sat_imap_pair **end = &o->u.mailbox.pairs;
  struct sat_bytes who, rights;
  if (!get_mailbox(p, o)) return false;
  while (sat_imap_next(p))
    if (!sat_imap_get_space(p) || !sat_imap_get_astring(p, &who) ||
        !sat_imap_get_space(p) || !sat_imap_get_astring(p, &rights) ||
        !sat_imap_add_pair(p, &end, who, rights))
      return false;
  return true;
}

/* "MYRIGHTS" SP mailbox SP rights */
bool sat_imap_parse_myrights(struct sat_imap_parser *p,
                             struct sat_imap_response *o) {
  struct sat_imap_word **end = &o->u.mailbox.words;
  struct sat_bytes rights;
  return get_mailbox(p, o) && sat_imap_get_space(p) &&
         sat_imap_get_astring(p, &rights) &&
         sat_imap_add_word(p, &end, rights);
}

/* "LISTRIGHTS" SP mailbox SP identifier SP rights *(SP rights) */
bool sat_imap_parse_listrights(struct sat_imap_parser *p,
                               struct sat_imap_response *o) {
  struct sat_imap_word *words;
  if (!get_mailbox(p, o) ||
      !sat_imap_get_rest(p, sat_imap_get_astring, &o->u.mailbox.words))
    return false;
  words = o->u.mailbox.words;
  if (words != NULL && words->next != NULL) return true;
  sat_reader_fail(&p->r, "expected an identifier and rights");
  return false;
}

/*
** METADATA
*/
/* "METADATA" SP mailbox SP (entry-values / entry-list) (RFC 5464 5), of which
** the latter is a list without parentheses */
bool sat_imap_parse_metadata(struct sat_imap_parser *p,
                             struct sat_imap_response *o) {
  struct sat_imap_metadata *m = &o->u.metadata;
  if (!sat_imap_get_space(p) || !sat_imap_get_name(p, &m->name)) return false;
  m->has_values = p->r.end - p->r.p > 1 && p->r.p[1] == '(';
  if (m->has_values)
    return sat_imap_get_space(p) &&
           sat_imap_get_pairs(p, sat_imap_get_astring, sat_imap_get_nstring8,
                              &m->entries);
  if (!sat_imap_get_rest(p, sat_imap_get_astring, &m->changed)) return false;
  if (m->changed != NULL) return true;
  sat_reader_fail(&p->r, "expected an entry");
  return false;
}

/* "URLFETCH" *(SP url SP nstring) (RFC 4467 9) */
bool sat_imap_parse_urlfetch(struct sat_imap_parser *p,
                             struct sat_imap_response *o) {
  struct sat_imap_pair **end = &o->u.pairs;
  struct sat_bytes url, data;
  while (sat_imap_next(p))
    if (!sat_imap_get_space(p) || !sat_imap_get_astring(p, &url) ||
        !sat_imap_get_space(p) || !sat_imap_get_nstring8(p, &data) ||
        !sat_imap_add_pair(p, &end, url, data))
      return false;
  return true;
}
