/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Speed and memory of reading a claim (323) of 1,000,000 lines, beside libxml2 alone: its own SAX
 * over the same bytes with handlers that do nothing. Lines are as the standard's example sets them,
 * with its white space.
 *
 *   intake_bench [LINES]
 */
#include "app/intake/intake.h"
#include "base/date.h"
#include "base/out.h"

#include <fcntl.h>
#include <libxml/parser.h>
#include <libxml/parserInternals.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum { LINES = 1000000, LINES_MAX = 3000000, BSN_FIRST = 100000000 };

static double now_s(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void write_line(FILE *f, long i, long bsn, bool first, bool last)
{
    if (first)
        fprintf(f, "      <d:Client>\n        <d:Bsn>%09ld</d:Bsn>\n        <d:Prestaties>\n", bsn);
    fprintf(f,
            "          <d:Prestatie>\n"
            "            <d:ProductReferentie>\n"
            "              <s:ReferentieNummer>P%09ld</s:ReferentieNummer>\n"
            "            </d:ProductReferentie>\n"
            "            <d:ToewijzingNummer>%ld</d:ToewijzingNummer>\n"
            "            <d:ProductCategorie>02</d:ProductCategorie>\n"
            "            <d:ProductCode>02A05</d:ProductCode>\n"
            "            <d:ProductPeriode>\n"
            "              <s:Begindatum>2025-04-01</s:Begindatum>\n"
            "              <s:Einddatum>2025-04-30</s:Einddatum>\n"
            "            </d:ProductPeriode>\n"
            "            <d:GeleverdVolume>4</d:GeleverdVolume>\n"
            "            <d:Eenheid>04</d:Eenheid>\n"
            "            <d:ProductTarief>1480</d:ProductTarief>\n"
            "            <d:IngediendBedrag>\n"
            "              <s:Bedrag>5920</s:Bedrag>\n"
            "              <s:DebetCredit>D</s:DebetCredit>\n"
            "            </d:IngediendBedrag>\n"
            "          </d:Prestatie>\n",
            i, 100000 + i);
    if (last)
        fputs("        </d:Prestaties>\n      </d:Client>\n", f);
}

static void write_claim(const char *path, long lines)
{
    FILE *f = fopen(path, "w");
    if (!f)
        exit(1);
    fprintf(f,
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
            "<d:Bericht xmlns:s=\"http://www.istandaarden.nl/iwmo/3_2/basisschema/schema\""
            " xmlns:d=\"http://www.istandaarden.nl/iwmo/3_2/wmo323/schema\">\n"
            "<d:Header><d:BerichtCode>484</d:BerichtCode><d:BerichtVersie>3</d:BerichtVersie>"
            "<d:BerichtSubversie>2</d:BerichtSubversie><d:Afzender>98765432</d:Afzender>"
            "<d:Ontvanger>0034</d:Ontvanger><d:BerichtIdentificatie>"
            "<s:Identificatie>B1</s:Identificatie><s:Dagtekening>2025-05-06</s:Dagtekening>"
            "</d:BerichtIdentificatie><d:XsdVersie>"
            "<s:BasisschemaXsdVersie>1.0.0</s:BasisschemaXsdVersie>"
            "<s:BerichtXsdVersie>1.0.0</s:BerichtXsdVersie></d:XsdVersie></d:Header>\n"
            "<d:Declaratie><d:DeclaratieNummer>D1</d:DeclaratieNummer><d:DeclaratiePeriode>"
            "<s:Begindatum>2025-04-01</s:Begindatum><s:Einddatum>2025-04-30</s:Einddatum>"
            "</d:DeclaratiePeriode><d:DeclaratieDagtekening>2025-05-06</d:DeclaratieDagtekening>"
            "<d:TotaalIngediendBedrag><s:TotaalBedrag>%ld</s:TotaalBedrag>"
            "<s:DebetCredit>D</s:DebetCredit></d:TotaalIngediendBedrag>\n    <d:Clienten>\n",
            lines * 5920);
    long bsn = BSN_FIRST;
    for (long i = 0; i < lines; i++) {
        if (i % 2 == 0)
            do
                bsn++;
            while (!bsn_is_valid((uint32_t)bsn));
        write_line(f, i, bsn, i % 2 == 0, i % 2 == 1 || i + 1 == lines);
    }
    fputs("    </d:Clienten>\n</d:Declaratie>\n</d:Bericht>\n", f);
    if (fclose(f) != 0)
        exit(1);
}

/* ---- ours ---- */

struct sums {
    long taken, aside;
    int64_t cents;
};

static err count_head(void *to, const struct intake_head *head, struct err_info *info)
{
    (void)to, (void)head, (void)info;
    return OK;
}

static err count(void *to, const struct intake_record *r, struct err_info *info)
{
    struct sums *s = to;
    (void)info;
    if (r->kind == INTAKE_CLAIM_LINE) {
        s->taken++;
        s->cents += r->is.claim_line.cents;
    }
    return OK;
}

static err count_aside(void *to, enum intake_kind kind, struct intake_place place, int64_t cents,
                       const struct msg *reason, struct err_info *info)
{
    struct sums *s = to;
    (void)kind, (void)place, (void)cents, (void)reason, (void)info;
    s->aside++;
    return OK;
}

/* ---- libxml2 alone ---- */

static void no_start(void *ctx, const xmlChar *local, const xmlChar *prefix, const xmlChar *uri,
                     int n_spaces, const xmlChar **spaces, int n, int n_defaulted,
                     const xmlChar **attributes)
{
    (void)ctx, (void)local, (void)prefix, (void)uri, (void)n_spaces, (void)spaces, (void)n,
        (void)n_defaulted, (void)attributes;
}

static void no_end(void *ctx, const xmlChar *local, const xmlChar *prefix, const xmlChar *uri)
{
    (void)ctx, (void)local, (void)prefix, (void)uri;
}

static void no_text(void *ctx, const xmlChar *p, int n)
{
    (void)ctx, (void)p, (void)n;
}

static int feed(void *ctx, char *to, int room)
{
    return (int)read(*(int *)ctx, to, (size_t)room);
}

static double peer(const char *path)
{
    const xmlSAXHandler nothing = {.initialized = XML_SAX2_MAGIC,
                                   .startElementNs = no_start,
                                   .endElementNs = no_end,
                                   .characters = no_text,
                                   .ignorableWhitespace = no_text};
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    const double begin = now_s();
    xmlParserCtxt *parser = xmlNewParserCtxt();
    *parser->sax = nothing;
    xmlParserInputBuffer *buffer =
        xmlParserInputBufferCreateIO(feed, NULL, &fd, XML_CHAR_ENCODING_NONE);
    inputPush(parser, xmlNewIOInputStream(parser, buffer, XML_CHAR_ENCODING_NONE));
    xmlParseDocument(parser);
    xmlFreeParserCtxt(parser);
    close(fd);
    return now_s() - begin;
}

int main(int argc, char **argv)
{
    char path[] = "/tmp/intake-bench-XXXXXX";
    const long lines = argc > 1 ? strtol(argv[1], NULL, 10) : LINES;
    const int fd = mkstemp(path);
    struct sums s = {0};
    struct err_info info = {0};
    struct rusage use;
    struct stat st;
    const struct intake_sink sink = {count_head, count, count_aside, &s};
    const struct intake_options options = {.mapping = STR(""), .schemas = STR("")};
    if (fd < 0 || lines < 1 || lines > LINES_MAX)
        return 2;
    close(fd);
    write_claim(path, lines);
    (void)stat(path, &st);
    const double alone = peer(path), begin = now_s();
    const err e = intake_read(str_of(path), &options, &sink, NULL, &info);
    const double own = now_s() - begin;
    getrusage(RUSAGE_SELF, &use);
    const double megabytes = (double)st.st_size / 1e6;
    printf("%ld lines, %.0f MB: %ld taken, %ld aside, %lld cents%s%s\n", lines, megabytes, s.taken,
           s.aside, (long long)s.cents, e ? ", refused: " : "", e ? info.msg.key : "");
    printf("intake %.2f s, %.0f MB/s; libxml2 alone %.2f s, %.0f MB/s; ratio %.2f; peak %ld MB\n",
           own, megabytes / own, alone, megabytes / alone, own / alone, use.ru_maxrss / 1024);
    unlink(path);
    return e != OK;
}
