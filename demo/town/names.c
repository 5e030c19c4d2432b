/* SPDX-License-Identifier: EUPL-1.2 */
#include "demo/town/names_dutch_int.h"

#define LIST(words)                                                                                \
    {                                                                                              \
        (words), sizeof(words) / sizeof *(words)                                                   \
    }

static const char *const turkish_men[] = {
    "Mehmet",  "Mustafa", "Ahmet",   "Ali",   "Hüseyin", "Hasan",    "İbrahim", "Yusuf",  "Osman",
    "Murat",   "Ömer",    "Emre",    "Can",   "Kemal",   "Süleyman", "Fatih",   "Serkan", "Burak",
    "Erdoğan", "Yılmaz",  "Cengiz",  "Orhan", "Selim",   "Tuncay",   "Volkan",  "Eren",   "Kaan",
    "Halil",   "Recep",   "Ramazan", "Adem",  "Bilal",   "Hakan",    "İsmail",  "Levent", "Özgür",
};
static const char *const turkish_women[] = {
    "Fatma",  "Ayşe",   "Emine",  "Hatice", "Zeynep", "Elif",  "Meryem", "Şerife", "Sultan",
    "Hanife", "Merve",  "Büşra",  "Esra",   "Derya",  "Sevgi", "Gülsüm", "Hülya",  "Yasemin",
    "Özlem",  "Songül", "Tuğba",  "Nur",    "Ebru",   "Filiz", "Dilek",  "Aylin",  "Selin",
    "Ceren",  "Melek",  "Naciye", "Havva",  "Kübra",  "Sibel", "Nurcan", "Defne",  "Azra",
};
static const char *const turkish_surnames[] = {
    "Yılmaz", "Kaya",    "Demir",    "Çelik",   "Şahin", "Yıldız",  "Yıldırım", "Öztürk",
    "Aydın",  "Özdemir", "Arslan",   "Doğan",   "Kılıç", "Aslan",   "Çetin",    "Kara",
    "Koç",    "Kurt",    "Özkan",    "Şimşek",  "Polat", "Korkmaz", "Çakır",    "Erdoğan",
    "Acar",   "Güneş",   "Aksoy",    "Bulut",   "Tekin", "Yüksel",  "Avcı",     "Güler",
    "Ünal",   "Keskin",  "Taş",      "Turan",   "Gül",   "Özer",    "Işık",     "Coşkun",
    "Sarı",   "Bozkurt", "Karaca",   "Ateş",    "Duman", "Ceylan",  "Tunç",     "Karakaya",
    "Uysal",  "Bayram",  "Toprak",   "Akın",    "Uçar",  "Yavuz",   "Kaplan",   "Erol",
    "Sönmez", "Ergün",   "Gündoğdu", "Karataş", "Uzun",  "Özcan",   "Güven",
};
static const char *const moroccan_men[] = {
    "Mohamed", "Ahmed",   "Youssef",  "Hassan",     "Said",   "Rachid", "Abdelkader", "Khalid",
    "Omar",    "Ali",     "Mustapha", "Brahim",     "Driss",  "Karim",  "Hamza",      "Bilal",
    "Ayoub",   "Ilias",   "Abdellah", "Jamal",      "Nordin", "Hicham", "Anouar",     "Soufiane",
    "Zakaria", "Yassine", "Amine",    "Abderrahim", "Fouad",  "Tarik",  "Mimoun",     "Lahcen",
    "Imad",    "Reda",    "Walid",    "Ismail",
};
static const char *const moroccan_women[] = {
    "Fatima", "Fatiha", "Khadija", "Aicha",   "Naima",  "Rachida", "Samira", "Malika", "Hanane",
    "Karima", "Latifa", "Nadia",   "Zohra",   "Mina",   "Hafida",  "Saida",  "Souad",  "Najat",
    "Ikram",  "Imane",  "Salma",   "Yasmina", "Houda",  "Loubna",  "Siham",  "Amina",  "Chaimae",
    "Fadoua", "Ouafae", "Rahma",   "Touria",  "Jamila", "Habiba",  "Noura",  "Sanae",  "Hajar",
};
static const char *const moroccan_surnames[] = {
    "El Idrissi",   "El Amrani", "Bouzid",         "Ben Ali",     "El Khattabi", "Azzouzi",
    "El Bouazzati", "Amrani",    "Chaoui",         "El Mansouri", "Bennani",     "Ouali",
    "El Yaakoubi",  "Benali",    "Aarab",          "El Ghazi",    "Boutaher",    "Haddouchi",
    "El Hamdaoui",  "Akhiat",    "Bouchra",        "El Fassi",    "Jabri",       "Kaddouri",
    "El Allaoui",   "Lahlou",    "Mokhtari",       "El Morabit",  "Naji",        "Ouahabi",
    "El Ouazzani",  "Rahmouni",  "Saidi",          "El Kaddouri", "Tahiri",      "Talbi",
    "El Moussaoui", "Zerouali",  "Ziani",          "Achahbar",    "Belhaj",      "Boukhari",
    "Chafik",       "Dahmani",   "El Boujaddaini", "Essaidi",     "Ettaqi",      "Fikri",
    "El Otmani",    "Guerrouj",  "Hamidi",         "Issaoui",     "Jaouhari",    "Karroumi",
    "El Harrak",    "Laarbi",    "Maimouni",       "Nassiri",     "Oulad",       "Sabri",
};
static const char *const surinamese_men[] = {
    "Rishi",  "Ashwin",  "Roy",    "Glenn",  "Sunil",   "Anand",  "Stanley", "Humphrey", "Ricardo",
    "Vijay",  "Kenneth", "Romeo",  "Dennis", "Radjesh", "Eugene", "Wensley", "Orlando",  "Ronny",
    "Marlon", "Sergio",  "Jerrel", "Clyde",  "Rabin",   "Sandro", "Gregory", "Johan",    "Armand",
};
static const char *const surinamese_women[] = {
    "Priya",  "Sandhya", "Cheryl",  "Muriel", "Shanti",   "Wanda",  "Astrid", "Chandra", "Lucinda",
    "Sharda", "Joyce",   "Marlene", "Urmila", "Jennifer", "Gladys", "Usha",   "Natasha", "Hortence",
    "Indra",  "Soraya",  "Mavis",   "Dewika", "Rowena",   "Tanja",  "Vanita", "Yolanda", "Sheila",
};
static const char *const surinamese_surnames[] = {
    "Ramdin",       "Pinas",        "Kartosen",    "Mohan",       "Kromosoeto", "Biharie",
    "Doelman",      "Wijngaarde",   "Ramlal",      "Soekhoe",     "Jankie",     "Codrington",
    "Vreden",       "Plein",        "Sewdien",     "Ghisaidoobe", "Baldew",     "Kalloe",
    "Tjon A Tjoen", "Lo Fo Sang",   "Sital",       "Nandoe",      "Ramautar",   "Jhinkoe",
    "Landveld",     "Amiemba",      "Zeefuik",     "Sumter",      "Kensmil",    "Telting",
    "Paal",         "Menig",        "Echteld",     "Gopal",       "Mahabier",   "Oemrawsingh",
    "Djojoatmo",    "Soerodimedjo", "Kasijo",      "Pawironadi",  "Overman",    "Ramkhelawan",
    "Rambaran",     "Sardjoe",      "Autar",       "Bansie",      "Bhagwandin", "Chotkan",
    "Gangaram",     "Panday",       "Van Ommeren", "Blijd",       "Tolud",      "Wongsosemito",
    "Aloewel",      "Karijomenawi",
};
static const char *const polish_men[] = {
    "Piotr",    "Krzysztof", "Andrzej", "Tomasz",  "Paweł", "Michał",   "Marcin",   "Jan",
    "Grzegorz", "Jakub",     "Adam",    "Łukasz",  "Marek", "Zbigniew", "Mateusz",  "Dawid",
    "Kamil",    "Wojciech",  "Dariusz", "Mariusz", "Rafał", "Szymon",   "Sławomir", "Przemysław",
    "Bartosz",  "Filip",     "Kacper",  "Antoni",  "Oskar", "Igor",     "Robert",   "Artur",
};
static const char *const polish_women[] = {
    "Anna",     "Katarzyna",  "Małgorzata", "Agnieszka", "Barbara", "Ewa",      "Magdalena",
    "Joanna",   "Aleksandra", "Monika",     "Beata",     "Dorota",  "Zofia",    "Justyna",
    "Karolina", "Julia",      "Natalia",    "Iwona",     "Paulina", "Sylwia",   "Weronika",
    "Kinga",    "Oliwia",     "Alicja",     "Wiktoria",  "Marta",   "Patrycja", "Renata",
    "Bożena",   "Łucja",      "Halina",     "Edyta",
};
static const char *const polish_surnames[] = {
    "Nowak",       "Kowalski",  "Wiśniewski",  "Wójcik",      "Kowalczyk", "Kamiński",
    "Lewandowski", "Zieliński", "Szymański",   "Woźniak",     "Dąbrowski", "Kozłowski",
    "Jankowski",   "Mazur",     "Kwiatkowski", "Krawczyk",    "Kaczmarek", "Piotrowski",
    "Grabowski",   "Zając",     "Pawłowski",   "Michalski",   "Król",      "Wieczorek",
    "Jabłoński",   "Wróbel",    "Nowakowski",  "Majewski",    "Olszewski", "Stępień",
    "Malinowski",  "Jaworski",  "Adamczyk",    "Dudek",       "Nowicki",   "Pawlak",
    "Górski",      "Witkowski", "Walczak",     "Sikora",      "Baran",     "Rutkowski",
    "Michalak",    "Szewczyk",  "Ostrowski",   "Tomaszewski", "Pietrzak",  "Zalewski",
    "Wróblewski",
};
static const char *const syrian_men[] = {
    "Muhammad", "Ahmad",  "Abdullah", "Khaled", "Omar",  "Mahmoud", "Yousef", "Hussein", "Ibrahim",
    "Anas",     "Bashar", "Hasan",    "Samer",  "Mazen", "Fadi",    "Tarek",  "Nizar",   "Rami",
    "Ghassan",  "Jamal",  "Marwan",   "Nabil",  "Osama", "Qusai",   "Wael",   "Ziad",    "Firas",
};
static const char *const syrian_women[] = {
    "Fatima", "Rania",  "Maryam", "Nour", "Hala",   "Rana",   "Samar",  "Layla", "Amal",
    "Dima",   "Ghada",  "Hanan",  "Iman", "Jumana", "Khawla", "Lina",   "Maha",  "Nada",
    "Rasha",  "Sawsan", "Wafaa",  "Yara", "Zainab", "Aya",    "Bushra", "Abir",  "Sahar",
};
static const char *const syrian_surnames[] = {
    "Al Ahmad",   "Al Hassan", "Al Khatib",   "Haddad",    "Al Masri",    "Darwish",   "Khoury",
    "Al Ali",     "Hamdan",    "Al Abdullah", "Kassem",    "Saleh",       "Al Najjar", "Hamwi",
    "Al Hussein", "Mansour",   "Shahin",      "Al Rifai",  "Bakkar",      "Al Sayed",  "Zaytoun",
    "Aswad",      "Al Jasem",  "Kurdi",       "Othman",    "Al Mohammad", "Nasser",    "Qasim",
    "Al Omar",    "Sabbagh",   "Tawil",       "Al Halabi", "Yacoub",      "Barakat",   "Al Shami",
    "Daoud",      "Fares",     "Ghazal",      "Al Issa",   "Hallak",      "Jabbour",   "Al Turk",
};

/* In each row the first is how the lists above spell it. */
static const char *const spellings[] = {
    "Mohamed/Mohammed/Muhammed/Mohammad",
    "Muhammad/Mohammad/Mohamad/Muhammed",
    "Ahmed/Ahmad/Achmed",
    "Ahmad/Ahmed",
    "Youssef/Yousef/Yusuf/Joesoef",
    "Yousef/Youssef/Yusuf",
    "Hassan/Hasan",
    "Hasan/Hassan",
    "Rachid/Rashid",
    "Khalid/Khaled/Chalid",
    "Khaled/Khalid",
    "Hussein/Husain/Hoessein",
    "Abdellah/Abdullah",
    "Abdullah/Abdallah/Abdulla",
    "Abdelkader/Abdulkadir",
    "Mustapha/Mostafa/Mustafa",
    "Fatima/Fatema/Fatma",
    "Khadija/Khadidja/Chadidja",
    "Aicha/Aisha/Aïcha",
    "Naima/Naïma",
    "Mimoun/Mimun",
    "Brahim/Ibrahim",
    "Nordin/Noureddine/Nourdin",
    "Zainab/Zeinab/Zaynab",
    "Maryam/Mariam/Meryem",
    "Layla/Leila/Laila",
    "Nour/Noor/Nur",
    "Omar/Umar/Omer",
    "Hüseyin/Huseyin/Hussein",
    "Ayşe/Ayse/Aysche",
    "Şerife/Serife",
    "Yılmaz/Yilmaz",
    "Yıldız/Yildiz",
    "Öztürk/Ozturk/Oeztuerk",
    "Şahin/Sahin",
    "Çelik/Celik",
    "Kılıç/Kilic",
    "Paweł/Pawel",
    "Łukasz/Lukasz",
    "Michał/Michal",
    "Małgorzata/Malgorzata",
    "Krzysztof/Krzystof",
    "Wójcik/Wojcik",
    "Zając/Zajac",
    "Stępień/Stepien",
    "Al Khatib/El Khatib/Alkhatib",
    "Al Ali/Alali/El Ali",
    "Al Hassan/Alhassan/Al Hasan",
    "Ben Ali/Benali",
    "El Idrissi/Idrissi/El Idrisi",
    "El Khattabi/El Kattabi/Khattabi",
    "Bouzid/Bouzide/Buzid",
    "Chaoui/Shaoui",
    "Daoud/Dawood/Daud",
    "Khoury/Khouri/Choury",
    "Meijer/Meyer/Meier",
    "Bruijn/Bruin/Bruyn",
    "Jansen/Janssen/Janse",
    "Janssen/Jansen",
    "Smit/Smid/Smits",
    "Visser/Visscher",
    "Dekker/Decker",
    "Kuiper/Kuijper/Kuyper",
    "Peters/Peeters/Pieters",
    "Hendriks/Hendrix/Hendricks",
    "Jacobs/Jakobs",
    "Boer/Bour",
    "Koning/Coning",
    "Reijnders/Reinders/Reynders",
    "Leeuwen/Leuwen",
    "Sophie/Sofie",
    "Zoë/Zoe",
    "Daniël/Daniel",
    "Daniëlle/Danielle",
    "René/Rene",
    "Mark/Marc",
    "Erik/Eric",
    "Niels/Nils",
    "Jasper/Casper",
    "Catharina/Katharina",
    "Cornelis/Kornelis",
    "Jacobus/Jakobus",
    "Elisabeth/Elizabeth",
    "Christina/Kristina",
    "Frederik/Fredrik",
    "Theodorus/Teodorus",
    "Willem/Wilhelm",
    "Matthijs/Mathijs/Matthys",
    "Thijs/Tijs/Thys",
    "Dirk/Dirck",
    "Lucas/Lukas",
    "Sara/Sarah",
    "Nora/Norah",
    "Hannah/Hanna",
};

static const struct town_list first[TOWN_ORIGINS][2] = {
    [TOWN_TURKISH] = {LIST(turkish_men), LIST(turkish_women)},
    [TOWN_MOROCCAN] = {LIST(moroccan_men), LIST(moroccan_women)},
    [TOWN_SURINAMESE] = {LIST(surinamese_men), LIST(surinamese_women)},
    [TOWN_POLISH] = {LIST(polish_men), LIST(polish_women)},
    [TOWN_SYRIAN] = {LIST(syrian_men), LIST(syrian_women)},
};
static const struct town_list last[TOWN_ORIGINS] = {
    [TOWN_TURKISH] = LIST(turkish_surnames),       [TOWN_MOROCCAN] = LIST(moroccan_surnames),
    [TOWN_SURINAMESE] = LIST(surinamese_surnames), [TOWN_POLISH] = LIST(polish_surnames),
    [TOWN_SYRIAN] = LIST(syrian_surnames),
};

struct town_list town_first_names(enum town_origin origin, char sex, int generation)
{
    return origin == TOWN_DUTCH ? town_dutch_first_names(sex, generation)
                                : first[origin][sex == 'V'];
}

struct town_list town_surnames(enum town_origin origin)
{
    return origin == TOWN_DUTCH ? town_dutch_surnames() : last[origin];
}

struct town_list town_spellings(void)
{
    return (struct town_list)LIST(spellings);
}
