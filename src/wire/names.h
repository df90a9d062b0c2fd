/*
** Names of the protocol's numbers: properties, property sets, property types
** and error codes, by their canonical names ([MS-OXPROPS] 2, [MS-OXCDATA] 2.4
** and 2.11.1).  The lists are the .def files beside this one, each sorted by
** what it is searched for most; everything given back is static.
*/
#ifndef sat_names_h
#define sat_names_h

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "base/guid.h"

/* "PidTagSubject" -> 0x0037001f; 0: no such name */
uint32_t sat_tag_by_name(const char *name);

/* The name of a tag: of the same id and type, or of its sibling (8-bit for
** Unicode text, the column of one value of a multi-valued property), or of
** the id alone where the type is unspecified or an error.  NULL: unknown. */
const char *sat_tag_name(uint32_t tag);

struct sat_named { /* [MS-OXCDATA] 2.6.1 PropertyName, and its type */
  const char *name;  /* canonical */
  const char *set;   /* name of the property set */
  const char *text;  /* the property's own name; NULL: it has a number */
  uint32_t lid;
  uint16_t type;
};

/* "PidLidTaskDueDate", "PidNameKeywords"; NULL: no such name */
const struct sat_named *sat_named_by_name(const char *name);

/* by what stands on the wire; NULL: unknown */
const struct sat_named *sat_named_by_lid(const struct sat_guid *set,
                                         uint32_t lid);
const struct sat_named *sat_named_by_text(const struct sat_guid *set,
                                          const char *text);

/* property sets: false or NULL if there is no such one */
bool sat_set_by_name(const char *name, struct sat_guid *g_r);
const char *sat_set_name(const struct sat_guid *g);

/* types: "Time", "MultipleString", with or without "Ptyp"; -1: no such name.
** (value.h has sat_type_name.) */
int sat_type_by_name(const char *name);

/* error codes: NULL if unknown; the kind of an unknown code is "server" */
const char *sat_code_name(uint32_t code);
enum sat_error_kind sat_code_kind(uint32_t code);

/* "NotFound", "ecNotFound" -> 0x8004010f; false if there is no such name */
bool sat_code_by_name(const char *name, uint32_t *code_r);

/* The canonical property name nearest to what somebody wrote (the case of
** letters and a missing "PidTag", "PidLid" or "PidName" count for nothing);
** NULL if none is near. */
const char *sat_property_nearest(const char *name);

#endif
