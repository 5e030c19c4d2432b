/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * The messages of iWmo and iJw 3.2 as tables. The Dutch names are those of the standard. A return
 * message is the message it answers with return codes in each class, so that one table serves both.
 */
#include "app/intake/form_int.h"

/* ---- what values may be ---- */

#define PRIVATE_TEXT(n_)                                                                           \
    ((const struct form_type){.check = FORM_TEXT, .low = 1, .high = (n_), .is_private = true})

static const struct form_type municipality = {.check = FORM_DIGITS, .high = 4};
static const struct form_type provider = {.check = FORM_DIGITS, .high = 8};
static const struct form_type bsn = {.check = FORM_DIGITS, .high = 9, .is_private = true};
static const struct form_type message_code = {.check = FORM_DIGITS, .high = 3};
static const struct form_type release = {.check = FORM_WHOLE, .high = 99};
static const struct form_type version = {.check = FORM_VERSION};
static const struct form_type identification = {.check = FORM_TEXT, .low = 1, .high = 12};
static const struct form_type claim_number = {.check = FORM_NAME, .low = 1, .high = 12};
static const struct form_type answered_claim = {.check = FORM_TEXT, .low = 1, .high = 12};
static const struct form_type date = {.check = FORM_DATE};
static const struct form_type birth_date = {.check = FORM_DATE, .is_private = true};
static const struct form_type time_of_day = {.check = FORM_TIME};
static const struct form_type note = {.check = FORM_NOTE, .is_private = true};
static const struct form_type number = {.check = FORM_WHOLE, .high = 999999999};
static const struct form_type amount = {.check = FORM_WHOLE, .high = 99999999};
static const struct form_type total = {.check = FORM_WHOLE, .high = 999999999999};
static const struct form_type house_number = {
    .check = FORM_WHOLE, .high = 99999, .is_private = true};
static const struct form_type order = {.check = FORM_WHOLE, .high = 99};
static const struct form_type product_code = {.check = FORM_TEXT, .low = 1, .high = 5};
static const struct form_type line_reference = {.check = FORM_TEXT, .low = 1, .high = 20};
static const struct form_type reference = {.check = FORM_TEXT, .low = 1, .high = 36};
static const struct form_type sign = {.check = FORM_CODE, .codes = {" C D "}};
static const struct form_type sex = {.check = FORM_CODE, .codes = {" 0 1 2 "}, .is_private = true};
static const struct form_type one_to_three = {.check = FORM_CODE, .codes = {" 1 2 3 "}};
static const struct form_type name_use = {.check = FORM_CODE, .codes = {" 1 2 3 4 5 6 "}};
static const struct form_type contact_kind = {.check = FORM_CODE, .codes = {" 01 02 03 04 "}};
static const struct form_type home_mark = {.check = FORM_CODE, .codes = {" AB BY TO WW "}};
static const struct form_type legal_status = {.check = FORM_CODE,
                                              .codes = {" 01 02 03 04 05 11 12 "}};
static const struct form_type representation = {.check = FORM_CODE, .codes = {" 06 07 08 09 10 "}};
static const struct form_type relation_kind = {
    .check = FORM_CODE,
    .codes = {" 03 04 05 06 07 08 09 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25 "}};
static const struct form_type unit = {.check = FORM_CODE, .codes = {" 01 04 14 16 82 83 84 "}};
static const struct form_type frequency = {.check = FORM_CODE, .codes = {" 1 2 4 6 "}};
static const struct form_type change_reason = {
    .check = FORM_CODE, .codes = {" 01 02 03 04 05 06 07 08 09 10 11 12 13 14 "}};
static const struct form_type stop_reason = {
    .check = FORM_CODE,
    .codes = {" 02 19 20 21 22 23 31 36 37 38 39 ", " 02 20 31 32 33 34 35 36 37 38 39 "}};
static const struct form_type category = {
    .check = FORM_CODE,
    .codes = {" 01 02 03 04 05 06 07 08 09 10 11 12 13 14 15 16 17 18 ",
              " 31 32 33 34 35 36 37 38 40 41 42 43 44 45 46 47 48 49 50 51 52 53 54 "
              "55 "}};
static const struct form_type status = {.check = FORM_CODE, .codes = {" 1 2 3 9 "}};
static const struct form_type referrer = {.check = FORM_CODE, .codes = {" 01 02 03 04 05 06 08 "}};
static const struct form_type one_or_two = {.check = FORM_CODE, .codes = {" 1 2 "}};
static const struct form_type refusal = {.check = FORM_CODE, .codes = {" 1 2 3 4 5 6 7 8 9 "}};

/* ---- parts that messages share ---- */

#define VALUE(name_, occurs_, type_, slot_)                                                        \
    {                                                                                              \
        .name = (name_), .occurs = (occurs_), .type = &(type_), .slot = (slot_)                    \
    }
#define GROUP(name_, occurs_, group_) .name = (name_), .occurs = (occurs_), .group = &(group_)
#define ELEMENTS(array)               .element = (array), .n = sizeof(array) / sizeof *(array)
#define SCOPE(from_, to_)             .scope = (from_), .scope_to = (to_)
#define CLAIM_SCOPE                   SCOPE(SLOT_CLAIM, SLOT_BSN)
#define PERSON_SCOPE                  SCOPE(SLOT_BSN, SLOT_REQUEST)
#define ADDRESS_SCOPE                 SCOPE(SLOT_CONTACT, SLOT_REQUEST)
#define REQUEST_SCOPE                 SCOPE(SLOT_REQUEST, SLOT_ALLOCATION)
#define PRODUCT_SCOPE                 SCOPE(SLOT_ALLOCATION, FORM_SLOTS)

static const struct form_element return_codes_[] = {
    VALUE("RetourCode", FORM_MANY, form_return_code, SLOT_CODES),
};
static const struct form_group return_codes = {ELEMENTS(return_codes_)};
#define RETURN_CODES(occurs_)                                                                      \
    {                                                                                              \
        GROUP("RetourCodes", occurs_, return_codes), SCOPE(SLOT_CODES, SLOT_CODES + 1),            \
            .ends = FORM_RETURN_CODES                                                              \
    }

static const struct form_element message_id_[] = {
    VALUE("Identificatie", FORM_ONE, identification, SLOT_IDENTIFICATION),
    VALUE("Dagtekening", FORM_ONE, date, SLOT_DATED),
};
static const struct form_group message_id = {ELEMENTS(message_id_), .is_base = true};

static const struct form_element answered_id_[] = {
    VALUE("Identificatie", FORM_ONE, identification, SLOT_ANSWERS),
    VALUE("Dagtekening", FORM_ONE, date, SLOT_NONE),
};
static const struct form_group answered_id = {ELEMENTS(answered_id_), .is_base = true};

static const struct form_element xsd_version_[] = {
    VALUE("BasisschemaXsdVersie", FORM_ONE, version, SLOT_NONE),
    VALUE("BerichtXsdVersie", FORM_ONE, version, SLOT_NONE),
};
static const struct form_group xsd_version = {ELEMENTS(xsd_version_), .is_base = true};

#define HEADER_BEGINS(sender_, receiver_)                                                          \
    VALUE("BerichtCode", FORM_ONE, message_code, SLOT_MESSAGE_CODE),                               \
        VALUE("BerichtVersie", FORM_ONE, release, SLOT_VERSION),                                   \
        VALUE("BerichtSubversie", FORM_ONE, release, SLOT_SUBVERSION),                             \
        VALUE("Afzender", FORM_ONE, sender_, SLOT_SENDER),                                         \
        VALUE("Ontvanger", FORM_ONE, receiver_, SLOT_RECEIVER),                                    \
        {GROUP("BerichtIdentificatie", FORM_ONE, message_id)},                                     \
    {                                                                                              \
        GROUP("XsdVersie", FORM_ONE, xsd_version)                                                  \
    }
#define HEADER_ENDS                                                                                \
    VALUE("IdentificatieRetour", FORM_BACK_ONE, identification, SLOT_ANSWERS),                     \
        VALUE("DagtekeningRetour", FORM_BACK_ONE, date, SLOT_NONE),                                \
        VALUE("XsltVersie", FORM_BACK_MAY, version, SLOT_NONE),                                    \
        {GROUP("XsdVersieRetour", FORM_BACK_ONE, xsd_version)}, RETURN_CODES(FORM_BACK_MAY)

static const struct form_element header_of_municipality_[] = {
    HEADER_BEGINS(municipality, provider),
    HEADER_ENDS,
};
static const struct form_group header_of_municipality = {ELEMENTS(header_of_municipality_)};
static const struct form_element header_of_provider_[] = {
    HEADER_BEGINS(provider, municipality),
    HEADER_ENDS,
};
static const struct form_group header_of_provider = {ELEMENTS(header_of_provider_)};
static const struct form_element header_of_answer_[] = {
    HEADER_BEGINS(municipality, provider),
    {GROUP("DeclaratieIdentificatie", FORM_ONE, answered_id)},
    VALUE("XsltVersie", FORM_MAY, version, SLOT_NONE),
    {GROUP("XsdVersieDeclaratie", FORM_ONE, xsd_version)},
    RETURN_CODES(FORM_ONE),
};
static const struct form_group header_of_answer = {ELEMENTS(header_of_answer_)};

static const struct form_element birth_[] = {
    VALUE("Datum", FORM_ONE, birth_date, SLOT_BORN),
    VALUE("DatumGebruik", FORM_MAY, one_to_three, SLOT_BORN_USE),
};
static const struct form_group birth = {ELEMENTS(birth_), .is_base = true};

static const struct form_element surname_[] = {
    VALUE("Achternaam", FORM_ONE, PRIVATE_TEXT(200), SLOT_SURNAME),
    VALUE("Voorvoegsel", FORM_MAY, PRIVATE_TEXT(10), SLOT_PREFIX),
};
static const struct form_group surname = {ELEMENTS(surname_), .is_base = true};

static const struct form_element partner_surname_[] = {
    VALUE("Achternaam", FORM_ONE, PRIVATE_TEXT(200), SLOT_PARTNER_SURNAME),
    VALUE("Voorvoegsel", FORM_MAY, PRIVATE_TEXT(10), SLOT_PARTNER_PREFIX),
};
static const struct form_group partner_surname = {ELEMENTS(partner_surname_), .is_base = true};

static const struct form_element full_name_[] = {
    {GROUP("Geslachtsnaam", FORM_ONE, surname)},
    {GROUP("Partnernaam", FORM_MAY, partner_surname)},
    VALUE("Voornamen", FORM_MAY, PRIVATE_TEXT(200), SLOT_FIRST),
    VALUE("Voorletters", FORM_MAY, PRIVATE_TEXT(6), SLOT_INITIALS),
    VALUE("NaamGebruik", FORM_ONE, name_use, SLOT_NAME_USE),
};
static const struct form_group full_name = {ELEMENTS(full_name_), .is_base = true};

static const struct form_element short_name_[] = {
    {GROUP("Geslachtsnaam", FORM_ONE, surname)},
    VALUE("Voornamen", FORM_MAY, PRIVATE_TEXT(200), SLOT_FIRST),
    VALUE("Voorletters", FORM_MAY, PRIVATE_TEXT(6), SLOT_INITIALS),
};
static const struct form_group short_name = {ELEMENTS(short_name_), .is_base = true};

static const struct form_element talking_[] = {
    VALUE("Vorm", FORM_ONE, one_to_three, SLOT_NONE),
    VALUE("Taal", FORM_MAY, PRIVATE_TEXT(25), SLOT_NONE),
};
static const struct form_group talking = {ELEMENTS(talking_), .is_base = true};

static const struct form_element house_[] = {
    VALUE("Huisnummer", FORM_ONE, house_number, SLOT_HOUSE),
    VALUE("Huisletter", FORM_MAY, PRIVATE_TEXT(1), SLOT_LETTER),
    VALUE("HuisnummerToevoeging", FORM_MAY, PRIVATE_TEXT(4), SLOT_ADDITION),
    VALUE("AanduidingWoonadres", FORM_MAY, home_mark, SLOT_NONE),
};
static const struct form_group house = {ELEMENTS(house_), .is_base = true};

static const struct form_element address_[] = {
    {GROUP("Huis", FORM_MAY, house)},
    VALUE("Postcode", FORM_MAY, PRIVATE_TEXT(8), SLOT_POSTCODE),
    VALUE("Straatnaam", FORM_MAY, PRIVATE_TEXT(24), SLOT_STREET),
    VALUE("Plaatsnaam", FORM_MAY, PRIVATE_TEXT(80), SLOT_TOWN),
    VALUE("LandCode", FORM_MAY, form_country, SLOT_COUNTRY),
};
static const struct form_group address = {ELEMENTS(address_), .is_base = true};

static const struct form_element telephone_[] = {
    VALUE("Telefoonnummer", FORM_ONE, PRIVATE_TEXT(15), SLOT_NONE),
    VALUE("Landnummer", FORM_ONE, PRIVATE_TEXT(4), SLOT_NONE),
};
static const struct form_group telephone = {ELEMENTS(telephone_), .is_base = true};
static const struct form_element telephones_[] = {
    {GROUP("Telefoon01", FORM_ONE, telephone)},
    {GROUP("Telefoon02", FORM_MAY, telephone)},
};
static const struct form_group telephones = {ELEMENTS(telephones_), .is_base = true};

static const struct form_element contact_period_[] = {
    VALUE("Begindatum", FORM_MAY, date, SLOT_CONTACT_FROM),
    VALUE("Einddatum", FORM_MAY, date, SLOT_CONTACT_TO),
};
static const struct form_group contact_period = {ELEMENTS(contact_period_), .is_base = true};

static const struct form_element contact_[] = {
    VALUE("Soort", FORM_ONE, contact_kind, SLOT_CONTACT),
    {GROUP("Adres", FORM_MAY, address)},
    VALUE("Organisatie", FORM_MAY, PRIVATE_TEXT(35), SLOT_NONE),
    {GROUP("Telefoon", FORM_MAY, telephones)},
    VALUE("Emailadres", FORM_MAY, PRIVATE_TEXT(80), SLOT_NONE),
    {GROUP("Periode", FORM_MAY, contact_period)},
    RETURN_CODES(FORM_BACK_ONE),
};
static const struct form_group contact = {ELEMENTS(contact_)};

static const struct form_element product_[] = {
    VALUE("Categorie", FORM_ONE, category, SLOT_CATEGORY),
    VALUE("Code", FORM_MAY, product_code, SLOT_CODE),
};
static const struct form_group product = {ELEMENTS(product_), .is_base = true};

static const struct form_element size_[] = {
    VALUE("Volume", FORM_ONE, amount, SLOT_VOLUME),
    VALUE("Eenheid", FORM_ONE, unit, SLOT_UNIT),
    VALUE("Frequentie", FORM_ONE, frequency, SLOT_FREQUENCY),
};
static const struct form_group size = {ELEMENTS(size_), .is_base = true};

/* ---- 301, 302: allocations ---- */

static const struct form_element relation_[] = {
    VALUE("Nummer", FORM_ONE, PRIVATE_TEXT(20), SLOT_PERSON_NUMBER),
    VALUE("Volgorde", FORM_MAY, order, SLOT_NONE),
    VALUE("Soort", FORM_ONE, relation_kind, SLOT_RELATION),
    {GROUP("Geboortedatum", FORM_MAY, birth)},
    VALUE("Geslacht", FORM_MAY, sex, SLOT_SEX),
    {GROUP("Naam", FORM_ONE, full_name)},
    {GROUP("Contact", FORM_ONE, contact), ADDRESS_SCOPE},
    RETURN_CODES(FORM_BACK_ONE),
};
static const struct form_group relation = {ELEMENTS(relation_)};
static const struct form_element relations_[] = {
    {GROUP("Relatie", FORM_MANY, relation), PERSON_SCOPE, .ends = FORM_RELATED},
};
static const struct form_group relations = {ELEMENTS(relations_)};
static const struct form_element contacts_[] = {
    {GROUP("Contact", FORM_MANY, contact), ADDRESS_SCOPE, .ends = FORM_ADDRESS},
};
static const struct form_group contacts = {ELEMENTS(contacts_)};

static const struct form_element allocation_[] = {
    VALUE("ToewijzingNummer", FORM_ONE, number, SLOT_ALLOCATION),
    VALUE("ReferentieAanbieder", FORM_MAY, reference, SLOT_REFERENCE),
    {GROUP("Product", FORM_MAY, product)},
    VALUE("Toewijzingsdatum", FORM_ONE, date, SLOT_DECIDED),
    VALUE("Toewijzingstijd", FORM_ONE, time_of_day, SLOT_DECIDED_AT),
    VALUE("Ingangsdatum", FORM_ONE, date, SLOT_FROM),
    VALUE("Einddatum", FORM_MAY, date, SLOT_TO),
    VALUE("RedenWijziging", FORM_MAY, change_reason, SLOT_REASON),
    {GROUP("Omvang", FORM_MAY, size)},
    VALUE("Budget", FORM_MAY, amount, SLOT_BUDGET),
    VALUE("Commentaar", FORM_MAY, note, SLOT_NONE),
    RETURN_CODES(FORM_BACK_ONE),
};
static const struct form_group allocation = {ELEMENTS(allocation_)};
static const struct form_element allocations_[] = {
    {GROUP("ToegewezenProduct", FORM_MANY, allocation), PRODUCT_SCOPE, .ends = FORM_PRODUCT},
};
static const struct form_group allocations = {ELEMENTS(allocations_)};

static const struct form_element client_301_[] = {
    VALUE("Bsn", FORM_ONE, bsn, SLOT_BSN),
    {GROUP("Geboortedatum", FORM_ONE, birth)},
    VALUE("Geslacht", FORM_ONE, sex, SLOT_SEX),
    {GROUP("Naam", FORM_ONE, full_name), .ends = FORM_NAMED},
    {GROUP("Communicatie", FORM_MAY, talking)},
    VALUE("JuridischeStatus", FORM_MAY, legal_status, SLOT_NONE),
    VALUE("WettelijkeVertegenwoordiging", FORM_MAY, representation, SLOT_NONE),
    VALUE("Commentaar", FORM_MAY, note, SLOT_NONE),
    {GROUP("Relaties", FORM_MAY, relations)},
    {GROUP("Contactgegevens", FORM_ONE, contacts)},
    {GROUP("ToegewezenProducten", FORM_ONE, allocations)},
    RETURN_CODES(FORM_BACK_ONE),
};
static const struct form_group client_301 = {ELEMENTS(client_301_)};
static const struct form_element root_301_[] = {
    {GROUP("Header", FORM_ONE, header_of_municipality), .ends = FORM_HEAD},
    {GROUP("Client", FORM_ONE_UNLESS_BACK, client_301), PERSON_SCOPE, .ends = FORM_CLIENT},
};
static const struct form_group root_301 = {ELEMENTS(root_301_)};

/* ---- 305, 306, 307, 308: starts and stops ---- */

#define CLIENT_BEGINS                                                                              \
    VALUE("Bsn", FORM_ONE, bsn, SLOT_BSN), {GROUP("Geboortedatum", FORM_ONE, birth)},              \
        VALUE("Geslacht", FORM_ONE, sex, SLOT_SEX),                                                \
    {                                                                                              \
        GROUP("Naam", FORM_ONE, short_name), .ends = FORM_NAMED                                    \
    }
#define DELIVERY_BEGINS                                                                            \
    VALUE("ToewijzingNummer", FORM_MAY, number, SLOT_ALLOCATION),                                  \
        {GROUP("Product", FORM_MAY, product)},                                                     \
        VALUE("ToewijzingIngangsdatum", FORM_MAY, date, SLOT_ALLOCATION_FROM),                     \
        VALUE("Begindatum", FORM_ONE, date, SLOT_FROM)

static const struct form_element start_[] = {
    DELIVERY_BEGINS,
    VALUE("StatusAanlevering", FORM_ONE, status, SLOT_STATUS),
    RETURN_CODES(FORM_BACK_ONE),
};
static const struct form_group start = {ELEMENTS(start_)};
static const struct form_element starts_[] = {
    {GROUP("StartProduct", FORM_MANY, start), PRODUCT_SCOPE, .ends = FORM_PRODUCT},
};
static const struct form_group starts = {ELEMENTS(starts_)};
static const struct form_element client_305_[] = {
    CLIENT_BEGINS,
    {GROUP("StartProducten", FORM_ONE, starts)},
    RETURN_CODES(FORM_BACK_ONE),
};
static const struct form_group client_305 = {ELEMENTS(client_305_)};
static const struct form_element root_305_[] = {
    {GROUP("Header", FORM_ONE, header_of_provider), .ends = FORM_HEAD},
    {GROUP("Client", FORM_ONE_UNLESS_BACK, client_305), PERSON_SCOPE, .ends = FORM_CLIENT},
};
static const struct form_group root_305 = {ELEMENTS(root_305_)};

static const struct form_element stop_[] = {
    DELIVERY_BEGINS,
    VALUE("RedenBeeindiging", FORM_ONE, stop_reason, SLOT_REASON),
    VALUE("Einddatum", FORM_ONE, date, SLOT_TO),
    VALUE("StatusAanlevering", FORM_ONE, status, SLOT_STATUS),
    RETURN_CODES(FORM_BACK_ONE),
};
static const struct form_group stop = {ELEMENTS(stop_)};
static const struct form_element stops_[] = {
    {GROUP("StopProduct", FORM_MANY, stop), PRODUCT_SCOPE, .ends = FORM_PRODUCT},
};
static const struct form_group stops = {ELEMENTS(stops_)};
static const struct form_element client_307_[] = {
    CLIENT_BEGINS,
    {GROUP("StopProducten", FORM_ONE, stops)},
    RETURN_CODES(FORM_BACK_ONE),
};
static const struct form_group client_307 = {ELEMENTS(client_307_)};
static const struct form_element root_307_[] = {
    {GROUP("Header", FORM_ONE, header_of_provider), .ends = FORM_HEAD},
    {GROUP("Client", FORM_ONE_UNLESS_BACK, client_307), PERSON_SCOPE, .ends = FORM_CLIENT},
};
static const struct form_group root_307 = {ELEMENTS(root_307_)};

/* ---- 315, 316: requests for an allocation ---- */

static const struct form_element referrer_of_[] = {
    VALUE("Type", FORM_ONE, referrer, SLOT_REFERRER),
    VALUE("Naam", FORM_MAY, PRIVATE_TEXT(64), SLOT_NONE),
    VALUE("ZorgverlenerCode", FORM_MAY, provider, SLOT_NONE),
};
static const struct form_group referrer_of = {ELEMENTS(referrer_of_), .is_base = true};
static const struct form_element asked_[] = {
    VALUE("ReferentieAanbieder", FORM_ONE, reference, SLOT_REFERENCE),
    VALUE("BeschikkingNummer", FORM_MAY, number, SLOT_NONE),
    {GROUP("Product", FORM_MAY, product)},
    VALUE("BeschikkingIngangsdatum", FORM_MAY, date, SLOT_NONE),
    VALUE("ToewijzingIngangsdatum", FORM_ONE, date, SLOT_FROM),
    VALUE("ToewijzingEinddatum", FORM_MAY, date, SLOT_TO),
    {GROUP("Omvang", FORM_MAY, size)},
    VALUE("Budget", FORM_MAY, amount, SLOT_BUDGET),
    {GROUP("Verwijzer", FORM_ONE, referrer_of)},
    VALUE("Raamcontract", FORM_MAY, one_or_two, SLOT_NONE),
    VALUE("Commentaar", FORM_MAY, note, SLOT_NONE),
    RETURN_CODES(FORM_BACK_ONE),
};
static const struct form_group asked = {ELEMENTS(asked_)};
static const struct form_element all_asked_[] = {
    {GROUP("AangevraagdProduct", FORM_MANY, asked), PRODUCT_SCOPE, .ends = FORM_PRODUCT},
};
static const struct form_group all_asked = {ELEMENTS(all_asked_)};
static const struct form_element client_315_[] = {
    CLIENT_BEGINS,
    VALUE("GezagsdragerBekend", FORM_YOUTH_MAY, one_or_two, SLOT_NONE),
    VALUE("Commentaar", FORM_MAY, note, SLOT_NONE),
    {GROUP("AangevraagdeProducten", FORM_ONE, all_asked)},
    RETURN_CODES(FORM_BACK_ONE),
};
static const struct form_group client_315 = {ELEMENTS(client_315_)};
static const struct form_element root_315_[] = {
    {GROUP("Header", FORM_ONE, header_of_provider), .ends = FORM_HEAD},
    {GROUP("Client", FORM_ONE_UNLESS_BACK, client_315), PERSON_SCOPE, .ends = FORM_CLIENT},
};
static const struct form_group root_315 = {ELEMENTS(root_315_)};

/* ---- 317, 318: requests for a change ---- */

static const struct form_element unchanged_[] = {
    VALUE("ToewijzingNummer", FORM_ONE, number, SLOT_ALLOCATION),
    RETURN_CODES(FORM_BACK_ONE),
};
static const struct form_group unchanged = {ELEMENTS(unchanged_)};
static const struct form_element all_unchanged_[] = {
    {GROUP("OngewijzigdProduct", FORM_MANY, unchanged), PRODUCT_SCOPE, .ends = FORM_UNCHANGED},
};
static const struct form_group all_unchanged = {ELEMENTS(all_unchanged_)};

#define WISHED                                                                                     \
    VALUE("GewensteIngangsdatum", FORM_ONE, date, SLOT_FROM),                                      \
        VALUE("Einddatum", FORM_MAY, date, SLOT_TO), {GROUP("Omvang", FORM_MAY, size)},            \
        VALUE("Budget", FORM_MAY, amount, SLOT_BUDGET), RETURN_CODES(FORM_BACK_ONE)

static const struct form_element changed_[] = {
    VALUE("ToewijzingNummer", FORM_ONE, number, SLOT_ALLOCATION),
    WISHED,
};
static const struct form_group changed = {ELEMENTS(changed_)};
static const struct form_element all_changed_[] = {
    {GROUP("TeWijzigenProduct", FORM_MANY, changed), PRODUCT_SCOPE, .ends = FORM_CHANGED},
};
static const struct form_group all_changed = {ELEMENTS(all_changed_)};
static const struct form_element new_[] = {
    {GROUP("Product", FORM_MAY, product)},
    WISHED,
};
static const struct form_group new_product = {ELEMENTS(new_)};
static const struct form_element all_new_[] = {
    {GROUP("NieuwProduct", FORM_MANY, new_product), PRODUCT_SCOPE, .ends = FORM_CHANGED},
};
static const struct form_group all_new = {ELEMENTS(all_new_)};
static const struct form_element request_[] = {
    VALUE("ReferentieAanbieder", FORM_ONE, reference, SLOT_REQUEST),
    VALUE("RedenVerzoek", FORM_ONE, one_or_two, SLOT_REQUEST_REASON),
    {GROUP("OngewijzigdeProducten", FORM_MAY, all_unchanged)},
    {GROUP("TeWijzigenProducten", FORM_MAY, all_changed)},
    {GROUP("NieuweProducten", FORM_MAY, all_new)},
    RETURN_CODES(FORM_BACK_ONE),
};
static const struct form_group request = {ELEMENTS(request_)};
static const struct form_element client_317_[] = {
    VALUE("Bsn", FORM_ONE, bsn, SLOT_BSN),
    {GROUP("Verzoek", FORM_ONE, request), REQUEST_SCOPE, .begins = FORM_NAMED},
    RETURN_CODES(FORM_BACK_ONE),
};
static const struct form_group client_317 = {ELEMENTS(client_317_)};
static const struct form_element root_317_[] = {
    {GROUP("Header", FORM_ONE, header_of_provider), .ends = FORM_HEAD},
    {GROUP("Client", FORM_ONE_UNLESS_BACK, client_317), PERSON_SCOPE, .ends = FORM_CLIENT},
};
static const struct form_group root_317 = {ELEMENTS(root_317_)};

/* ---- 319, 320: answers to requests ---- */

static const struct form_element home_rule_[] = {
    VALUE("Gemeente", FORM_ONE, municipality, SLOT_NONE),
    RETURN_CODES(FORM_BACK_ONE),
};
static const struct form_group home_rule = {ELEMENTS(home_rule_)};
static const struct form_element answer_[] = {
    VALUE("ReferentieAanbieder", FORM_ONE, reference, SLOT_REQUEST),
    VALUE("VerzoekAntwoord", FORM_ONE, one_or_two, SLOT_ANSWER),
    VALUE("RedenAfwijzingVerzoek", FORM_MAY, refusal, SLOT_ANSWER_REASON),
    {GROUP("Woonplaatsbeginsel", FORM_YOUTH_MAY, home_rule)},
    RETURN_CODES(FORM_BACK_ONE),
};
static const struct form_group answer = {ELEMENTS(answer_)};
static const struct form_element root_319_[] = {
    {GROUP("Header", FORM_ONE, header_of_municipality), .ends = FORM_HEAD},
    {GROUP("Antwoord", FORM_ONE_UNLESS_BACK, answer), REQUEST_SCOPE, .ends = FORM_ANSWERED},
};
static const struct form_group root_319 = {ELEMENTS(root_319_)};

/* ---- 323, 325: claims and the answers to them ---- */

static const struct form_element claim_period_[] = {
    VALUE("Begindatum", FORM_ONE, date, SLOT_CLAIM_FROM),
    VALUE("Einddatum", FORM_ONE, date, SLOT_CLAIM_TO),
};
static const struct form_group claim_period = {ELEMENTS(claim_period_), .is_base = true};
static const struct form_element total_[] = {
    VALUE("TotaalBedrag", FORM_ONE, total, SLOT_TOTAL),
    VALUE("DebetCredit", FORM_ONE, sign, SLOT_TOTAL_SIGN),
};
static const struct form_group submitted = {ELEMENTS(total_), .is_base = true};
static const struct form_element granted_[] = {
    VALUE("TotaalBedrag", FORM_ONE, total, SLOT_GRANTED),
    VALUE("DebetCredit", FORM_ONE, sign, SLOT_GRANTED_SIGN),
};
static const struct form_group granted = {ELEMENTS(granted_), .is_base = true};
static const struct form_element references_[] = {
    VALUE("ReferentieNummer", FORM_ONE, line_reference, SLOT_REFERENCE),
    VALUE("VorigReferentieNummer", FORM_MAY, line_reference, SLOT_PREVIOUS),
};
static const struct form_group references = {ELEMENTS(references_), .is_base = true};
static const struct form_element line_period_[] = {
    VALUE("Begindatum", FORM_ONE, date, SLOT_FROM),
    VALUE("Einddatum", FORM_ONE, date, SLOT_TO),
};
static const struct form_group line_period = {ELEMENTS(line_period_), .is_base = true};
static const struct form_element line_amount_[] = {
    VALUE("Bedrag", FORM_ONE, amount, SLOT_CENTS),
    VALUE("DebetCredit", FORM_ONE, sign, SLOT_SIGN),
};
static const struct form_group line_amount = {ELEMENTS(line_amount_), .is_base = true};

static const struct form_element line_[] = {
    {GROUP("ProductReferentie", FORM_ONE, references)},
    VALUE("ToewijzingNummer", FORM_ONE, number, SLOT_ALLOCATION),
    VALUE("ProductCategorie", FORM_ONE, category, SLOT_CATEGORY),
    VALUE("ProductCode", FORM_ONE, product_code, SLOT_CODE),
    {GROUP("ProductPeriode", FORM_ONE, line_period)},
    VALUE("GeleverdVolume", FORM_ONE, amount, SLOT_VOLUME),
    VALUE("Eenheid", FORM_ONE, unit, SLOT_UNIT),
    VALUE("ProductTarief", FORM_MAY, amount, SLOT_TARIFF),
    {GROUP("IngediendBedrag", FORM_ONE, line_amount)},
    RETURN_CODES(FORM_BACK_ONE),
};
static const struct form_group line = {ELEMENTS(line_)};
static const struct form_element lines_[] = {
    {GROUP("Prestatie", FORM_MANY, line), PRODUCT_SCOPE, .ends = FORM_PRODUCT},
};
static const struct form_group lines = {ELEMENTS(lines_)};
static const struct form_element claimed_client_[] = {
    VALUE("Bsn", FORM_ONE, bsn, SLOT_BSN),
    {GROUP("Prestaties", FORM_ONE, lines), .begins = FORM_NAMED},
    RETURN_CODES(FORM_BACK_ONE),
};
static const struct form_group claimed_client = {ELEMENTS(claimed_client_)};
static const struct form_element claimed_clients_[] = {
    {GROUP("Client", FORM_MANY, claimed_client), PERSON_SCOPE, .ends = FORM_CLIENT},
};
static const struct form_group claimed_clients = {ELEMENTS(claimed_clients_)};

static const struct form_element claim_[] = {
    VALUE("DeclaratieNummer", FORM_ONE, claim_number, SLOT_CLAIM),
    {GROUP("DeclaratiePeriode", FORM_ONE, claim_period)},
    VALUE("DeclaratieDagtekening", FORM_ONE, date, SLOT_CLAIM_DATED),
    {GROUP("TotaalIngediendBedrag", FORM_ONE, submitted)},
    {GROUP("Clienten", FORM_ONE, claimed_clients), .begins = FORM_CLAIM},
};
static const struct form_group claim = {ELEMENTS(claim_)};
static const struct form_element root_323_[] = {
    {GROUP("Header", FORM_ONE, header_of_provider), .ends = FORM_HEAD},
    {GROUP("Declaratie", FORM_ONE, claim), CLAIM_SCOPE, .ends = FORM_CLAIM_END},
};
static const struct form_group root_323 = {ELEMENTS(root_323_)};

static const struct form_element claim_answer_[] = {
    VALUE("DeclaratieNummer", FORM_ONE, answered_claim, SLOT_CLAIM),
    {GROUP("TotaalIngediendBedrag", FORM_ONE, submitted)},
    {GROUP("TotaalToegekendBedrag", FORM_ONE, granted), .ends = FORM_CLAIM},
    {GROUP("Clienten", FORM_MAY, claimed_clients)},
    RETURN_CODES(FORM_ONE),
};
static const struct form_group claim_answer = {ELEMENTS(claim_answer_)};
static const struct form_element root_325_[] = {
    {GROUP("Header", FORM_ONE, header_of_answer), .ends = FORM_HEAD},
    {GROUP("DeclaratieAntwoord", FORM_MAY, claim_answer), CLAIM_SCOPE, .ends = FORM_CLAIM_END},
};
static const struct form_group root_325 = {ELEMENTS(root_325_)};

/* ---- all messages ---- */

static const struct form_message messages[] = {
    {.number = 301, .code = {414, 436}, .root = &root_301, .from_municipality = true},
    {.number = 302, .code = {415, 437}, .root = &root_301, .is_return = true},
    {.number = 305, .code = {418, 438}, .root = &root_305},
    {.number = 306, .code = {419, 439}, .root = &root_305, .is_return = true},
    {.number = 307, .code = {420, 440}, .root = &root_307},
    {.number = 308, .code = {421, 441}, .root = &root_307, .is_return = true},
    {.number = 315, .code = {444, 446}, .root = &root_315},
    {.number = 316, .code = {445, 447}, .root = &root_315, .is_return = true},
    {.number = 317, .code = {480, 486}, .root = &root_317},
    {.number = 318, .code = {481, 487}, .root = &root_317, .is_return = true},
    {.number = 319, .code = {482, 488}, .root = &root_319, .from_municipality = true},
    {.number = 320, .code = {483, 489}, .root = &root_319, .is_return = true},
    {.number = 323, .code = {484, 490}, .root = &root_323},
    {.number = 325,
     .code = {485, 491},
     .root = &root_325,
     .is_return = true,
     .from_municipality = true},
};

const struct form_message *form_message_of(int wanted)
{
    for (size_t i = 0; i < sizeof messages / sizeof *messages; i++)
        if (messages[i].number == wanted)
            return &messages[i];
    return NULL;
}
