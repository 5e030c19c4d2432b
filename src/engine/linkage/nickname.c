/* SPDX-License-Identifier: EUPL-1.2 */
#include "engine/linkage/name_int.h"

#include <string.h>

/*
 * The name in the register, and the names that mostly stand for it: Dutch usage, some from the
 * neighbours and from Morocco and Turkey. Each name once; of several roots, the most frequent.
 */
static const char *const groups[] = {
    "adriana adrianne ariane jaantje",
    "adrianus aad ad adri adriaan adrian adrie ari ariaan arie janus",
    "ahmed achmed ahmad ahmet",
    "alberta berta bertha",
    "albertus ab albert appie bert bertus",
    "alexander alex lex sander sascha xander",
    "ali aly",
    "andreas andre andree andrew andries drees dries",
    "anna anita anja anke ankie ann anne anneke annet annette annie anouk ans antje",
    "antonia tonia tonnia toos",
    "antonius anthonie anthony antoine anton antonie antoon teun teunis theun theunis toine "
    "ton tonnie tony toon",
    "arnoldus aart arnaud arno arnold arnout nol",
    "augustinus august augustijn augustus gus guus stijn",
    "bartholomeus bart bartel barthold",
    "benjamin ben benny",
    "bernardus barend ber berend bernard bernd bernhard",
    "carolina carolien caroline karolien lien lientje line",
    "catharina catharine catherine cathy cato catrien ina kaatje karin katharina kathleen "
    "katja katrien kitty rina rineke tine tineke tini to trijn trijntje trui",
    "christianus chris christiaan christian karst karsten kris krist",
    "christina christien christine stien stientje stina tina",
    "christoffel christopher stoffel toffel",
    "constantia connie conny constance",
    "constantinus constantijn stan",
    "cornelia cora corine corinne corrie kee keetje lia neeltje nelleke",
    "cornelis cees ceez cor corne corneel cornelius kees krelis nelis",
    "daniel daan dan danny",
    "david daaf dave davy",
    "dirk derk dick diederik dik dirck durk theodorik",
    "dominicus dominic dominique minus",
    "dorothea thea",
    "eduard ed eddie eddy edward edwin",
    "elia elias ilyas",
    "elisabeth bep beppie betje bets betsy bettie elisa elise eliza elizabeth ellie elly els "
    "elsje ilse lies liesbeth liesje lijsbeth lisa lise lisette liza",
    "engelbertus engel engelbert",
    "everardus everard everhard evert",
    "fatima fatiha fatma",
    "ferdinandus fer ferdinand ferry nand",
    "francisca cisca ciska fran francien francine fransje sisca siska",
    "franciscus ciscus franc francis franciskus francois frank frans franz frencken frenk sus",
    "fredericus fre fred freddy frederic frederick frederik freek frits fritz rik",
    "gabriel gab gabi",
    "gerardus geert ger gerard gerardo gerd gerhard gerhardus gerrit gert geurt",
    "gertrudis geertje geertruda geertrui geertruida gerda gertrude trudy truida truus "
    "truusje",
    "gijsbertus ghijsbert gijs gijsbert gysbert",
    "godefridus fried godfried",
    "gregorius goris gregoor gregor gregory",
    "guillelmus guillaume",
    "hasan hasanein hassan",
    "helena eleonora ellen heleen helen helene leen leentje lena lenie",
    "hendricus driek harry hein heintje hendrick hendrik hendrikus henk hennie henny henri "
    "henricus henry",
    "hendrika drika hendrica hendrikje henrica henriette hetty jet jetje ricka riek rika",
    "hermanus harm herman hermann hermannus manus",
    "hieronymus jeroen jerome",
    "hubertus bertje hub hubert hubrecht huib huibert huub",
    "husayn hossein husein huseyin hussein",
    "ibrahim abe abraham abram bram ebrahim",
    "ignatius ignace naas",
    "isaac ike isaak",
    "jacoba coba cobie jacobina jacomina jacqueline koosje",
    "jacobus co cobus coby coos jaap jacco jack jaco jacob jacques jakob jakobus james ko "
    "koos sjaak sjakie",
    "joachim jochem jochum",
    "johanna hanna hanneke hannie jane janna janneke jannetje jannie jannigje jansje jantje "
    "jeanne jo joanna joanne johanneke joke jopie",
    "johannes giovanni hannes hans hansje henne ivan jaantinus jan janneman jannes jantinus "
    "jean jeannot jens joannes joao johan johann john johnny joop juan sean yannick",
    "joseph giuseppe jef jos jose josef josephus jozef sjef yousef youssef yusuf",
    "josephina fien fientje josefien josefina josephien josephine",
    "judith jutta",
    "karel carel carl carlo carlos carolus charles charlie karl",
    "klaas claes clazinus klaes klaus nick nico nicolaas nicolas nicolaus niek niels nikolaas",
    "lambertus bertes lam lambert lammert",
    "laurentius lars lau laurence laurens laurent lorenz lourens rens",
    "leonardus leendert len lennart lennert leo leon leonard",
    "lodewijk lewis loek lou louis ludovicus ludwig luigi luis",
    "lucas luc luca lukas luke luuk",
    "magdalena leni madeleine magda magdaleen magdalene",
    "marcus marc marcel marcellus marco mark markus",
    "margaretha grada gre greet greetje greta gretha griet grietje marga margareta margarita "
    "margje margo margot margreet margret margriet marguerite rita",
    "maria maaike mariam marian marianne marie marieke mariet marietje marije marijke mariska "
    "marja marjan mary maryam mia mieke miep mies miet miriam ria riet rietje",
    "martina martine",
    "martinus maart maarten mart marten martien martijn martin rinus tinus",
    "mathilda mathilde thilda til tilly",
    "mattheus mathias mathieu mathijs matteo matthew matthias matthijs mattijs teeuwis "
    "theeuwes thijs ties tijs",
    "mauritius mau maurice maurits ries",
    "michael chiel giel machiel maikel michel michiel miguel mike mikhail mischa",
    "mohammed mahomed mehmed mehmet mo moh mohamad mohamed mohammad muhammad muhammed",
    "norbertus norbert",
    "paulina lina paula pauline",
    "paulus pablo paul paulo pauwel pol",
    "petronella nel nella nellie nelly petra pie pieternella pietronella",
    "petrus pedro peer per peter petr pier pierre piet pieter pietje pjotr",
    "philippus filip filippo flip phil philip philippe",
    "quirinus krijn quirijn",
    "reinier rein reinder reindert reinerus reint rinie",
    "richardus ricardo richard rick",
    "robertus bob bobby rob robbert robert robin",
    "rudolphus dolf roel roelf roelof rolf rudi rudolf rudy ruth ruud",
    "sebastianus bas bastiaan sebastiaan sebastian",
    "servatius servaas vaas",
    "simon siem siemen siemon sijmen simeon symen",
    "stephanus esteban etienne fans steef stef stefan stephan stephen steven stevin",
    "susanna sanne susan suus suzan suzanne suze",
    "theodorus dirkje door dorus teo the thed theo theodoor",
    "theresia resi tess theresa therese trees treesje",
    "thomas maas thom tom tomas tommie tommy",
    "timotheus tim timo timothy",
    "tobias tobie toby",
    "ursula ursel",
    "valentinus tijn valentijn",
    "victor vic vik",
    "vincentius cent sens vince vincent",
    "wilhelmina helmi mien mientje mina mineke mini minke wilhelmien willemien willemijn "
    "willemina willie wilma",
    "wilhelmus bill helmus pim wiel wil will willem willeme willi william willy wilm wim",
    "zacharias zacharie",
};

/* Whether one of the words in `text`, which have one blank between them, is w. */
static bool has_word(const char *text, const struct linkage_word *w)
{
    for (;;) {
        size_t i = 0;
        while (i < w->n && text[i] - 'a' + 1 == w->letter[i])
            i++;
        if (i == w->n && (text[i] == ' ' || text[i] == '\0'))
            return true;
        while (text[i] && text[i] != ' ')
            i++;
        if (!text[i])
            return false;
        text += i + 1;
    }
}

bool linkage_nickname_root(const struct linkage_word *w, struct linkage_word *root)
{
    *root = *w;
    for (size_t i = 0; w->n && i < sizeof groups / sizeof *groups; i++) {
        if (!has_word(groups[i], w))
            continue;
        size_t end;
        const str group = str_of(groups[i]);
        linkage_fold(str_find(group, ' ', &end) ? str_cut(group, 0, end) : group, root);
        return memcmp(root, w, sizeof *w) != 0;
    }
    return false;
}
