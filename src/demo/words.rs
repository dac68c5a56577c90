//! The words of a made-up company. A list is one text, its entries parted by `|`.

use super::draw::Draw;

/// Its name.
pub(super) const COMPANY: &str = "Brightwater Engineering";

/// What a person speaks.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Tongue {
    English,
    German,
    Russian,
}

impl Tongue {
    /// Most speak English, a quarter German, some Russian.
    pub(super) fn draw(draw: &mut Draw) -> Self {
        match draw.below(100) {
            0..60 => Self::English,
            60..85 => Self::German,
            _ => Self::Russian,
        }
    }

    /// Where they live.
    pub(super) const fn zone(self) -> &'static str {
        match self {
            Self::English => "Europe/London",
            Self::German => "Europe/Berlin",
            Self::Russian => "Europe/Moscow",
        }
    }
}

/// A person's name, and how their e-mail address spells it.
pub(super) struct Name {
    pub(super) shown: String,
    pub(super) mailbox: String,
}

/// A name in this tongue.
pub(super) fn name(draw: &mut Draw, tongue: Tongue) -> Name {
    let (first, last) = match tongue {
        Tongue::English => (ENGLISH_FIRST, ENGLISH_LAST),
        Tongue::German => (GERMAN_FIRST, GERMAN_LAST),
        Tongue::Russian if draw.percent(50) => (RUSSIAN_FIRST_HER, RUSSIAN_LAST_HER),
        Tongue::Russian => (RUSSIAN_FIRST_HIS, RUSSIAN_LAST_HIS),
    };
    let (first, last) = (spelling(draw, first), spelling(draw, last));
    Name {
        shown: format!("{} {}", first.0, last.0),
        mailbox: format!("{}.{}", first.1.to_lowercase(), last.1.to_lowercase()),
    }
}

/// A name as it is shown and in plain letters; lists that need it give both, parted by a slash.
fn spelling(draw: &mut Draw, of: &'static str) -> (&'static str, &'static str) {
    let word = draw.word(of);
    word.split_once('/').unwrap_or((word, word))
}

/// What somebody did, in their tongue.
pub(super) fn comment(draw: &mut Draw, tongue: Tongue) -> String {
    let (doing, things) = match tongue {
        Tongue::English => (ENGLISH_DOING, ENGLISH_THINGS),
        Tongue::German => (GERMAN_DOING, GERMAN_THINGS),
        Tongue::Russian => (RUSSIAN_DOING, RUSSIAN_THINGS),
    };
    let (doing, thing) = (draw.word(doing), draw.word(things));
    if draw.percent(20) {
        format!("{doing} {thing} (#{})", draw.between(100, 9_999))
    } else {
        format!("{doing} {thing}")
    }
}

/// The name of a client company.
pub(super) fn organization(draw: &mut Draw) -> String {
    let (first, second) = (draw.word(CLIENT_FIRST), draw.word(CLIENT_SECOND));
    match draw.below(10) {
        0..5 => format!("{first} {second} Ltd"),
        5..8 => format!("{first} {second} GmbH"),
        _ => format!("ООО «{}»", draw.word(CLIENT_RUSSIAN)),
    }
}

/// The name of a project for a client, or of the company's own.
pub(super) fn project(draw: &mut Draw) -> String {
    format!("{} {}", draw.word(PROJECT_FIRST), draw.word(PROJECT_SECOND))
}

pub(super) const DEPARTMENTS: &str = "\
    Software|Design|Operations|Consulting|Quality|Vertrieb Süd|Разработка|Support|Research|\
    Infrastructure|Data|Einkauf|Finance|Security";

pub(super) const PHASES: &str = "\
    Analysis|Design|Implementation|Integration|Testing|Roll-out|Support";

pub(super) const TASKS: &str = "\
    Interviews with the departments|Data model|Interfaces|User interface|Reports|\
    Migration of old data|Access rights|Performance|Documentation|Training material|Test plan|\
    Acceptance|Corrections|Schnittstelle zur Lohnabrechnung|Abnahme|Отчёты|Перенос данных|\
    Deployment|Monitoring|Backlog";

pub(super) const COMMON_TASKS: &str = "\
    Meetings|Training|Administration|Travel time|Job interviews|Internal support";

pub(super) const ACTIVITIES: &[(&str, &str)] = &[
    ("Development", "DEV"),
    ("Design", "DES"),
    ("Analysis", "ANA"),
    ("Testing", "TST"),
    ("Documentation", "DOC"),
    ("Project management", "PM"),
    ("Travel", "TRV"),
    ("Beratung", "BER"),
];

pub(super) const CITIES: &str = "\
    London|Leeds|Bristol|München|Augsburg|Bremen|Москва|Казань|Dublin";

const ENGLISH_FIRST: &str = "\
    Alice|Amelia|Anna|Benjamin|Charlotte|Daniel|David|Eleanor|Emily|Ethan|Florence|George|Grace|\
    Hannah|Harry|Isaac|Jack|James|Julia|Laura|Leo|Lucy|Martha|Matthew|Nathan|Oliver|Olivia|Oscar|\
    Peter|Rachel|Rose|Samuel|Sarah|Sophie|Thomas|Victoria|William|Zoë/Zoe|Siân/Sian|Aoife";

const ENGLISH_LAST: &str = "\
    Adams|Atkinson|Bailey|Barker|Bennett|Brooks|Carter|Chapman|Clarke|Cole|Cooper|Dawson|Ellis|\
    Fletcher|Foster|Gibson|Graham|Harper|Hayes|Hughes|Jenkins|Kelly|Lawson|Marsh|Mason|Mills|Morris|\
    Newton|O'Brien/OBrien|Palmer|Parker|Pearce|Porter|Reed|Rowe|Shaw|Stone|Turner|Walsh|Webb|West|\
    Wood";

const GERMAN_FIRST: &str = "\
    Anke|Bernd|Birgit|Christoph|Dieter|Elke|Franziska|Friedrich|Günther/Guenther|Hannelore|\
    Jörg/Joerg|Jürgen/Juergen|Karin|Katharina|Klaus|Lena|Lukas|Markus|Matthias|Moritz|Paul|Renate|\
    Sabine|Sören/Soeren|Stefan|Ulrike|Uwe|Wolfgang";

const GERMAN_LAST: &str = "\
    Bauer|Becker|Böhm/Boehm|Brandt|Fischer|Franke|Fuchs|Groß/Gross|Hartmann|Huber|Jäger/Jaeger|\
    Kaiser|Keller|Köhler/Koehler|König/Koenig|Krüger/Krueger|Lang|Lehmann|Maier|Möller/Moeller|\
    Neumann|Pohl|Richter|Roth|Schäfer/Schaefer|Schulze|Seidel|Sommer|Vogel|Weber|Winkler|Zimmermann";

const RUSSIAN_FIRST_HIS: &str = "\
    Алексей/Aleksey|Андрей/Andrey|Борис/Boris|Виктор/Viktor|Григорий/Grigory|Дмитрий/Dmitry|\
    Евгений/Evgeny|Иван/Ivan|Константин/Konstantin|Максим/Maksim|Михаил/Mikhail|Николай/Nikolay|\
    Павел/Pavel|Роман/Roman|Сергей/Sergey|Фёдор/Fyodor";

const RUSSIAN_LAST_HIS: &str = "\
    Беляев/Belyaev|Воронцов/Vorontsov|Голубев/Golubev|Дорофеев/Dorofeev|Ершов/Ershov|\
    Журавлёв/Zhuravlyov|Зайцев/Zaytsev|Калинин/Kalinin|Лебедев/Lebedev|Морозов/Morozov|Орлов/Orlov|\
    Рыбаков/Rybakov|Соколов/Sokolov|Тихонов/Tikhonov|Шилов/Shilov";

const RUSSIAN_FIRST_HER: &str = "\
    Анастасия/Anastasia|Вера/Vera|Галина/Galina|Дарья/Darya|Екатерина/Ekaterina|Елена/Elena|\
    Ирина/Irina|Ксения/Ksenia|Людмила/Lyudmila|Мария/Maria|Наталья/Natalya|Ольга/Olga|Полина/Polina|\
    Светлана/Svetlana|Татьяна/Tatyana|Юлия/Yulia";

const RUSSIAN_LAST_HER: &str = "\
    Беляева/Belyaeva|Воронцова/Vorontsova|Голубева/Golubeva|Дорофеева/Dorofeeva|Ершова/Ershova|\
    Зайцева/Zaytseva|Калинина/Kalinina|Лебедева/Lebedeva|Морозова/Morozova|Орлова/Orlova|\
    Рыбакова/Rybakova|Соколова/Sokolova|Тихонова/Tikhonova|Шилова/Shilova";

const ENGLISH_DOING: &str = "\
    Reviewed|Discussed|Fixed|Wrote|Tested|Prepared|Finished|Started on|Cleaned up|Helped with";

const ENGLISH_THINGS: &str = "\
    the import of customer data|the monthly report|the login page|notes for the workshop|\
    the estimate|the release|two tickets from support|the interface description|\
    the query that was slow|rights of team leads|the draft with the client";

const GERMAN_DOING: &str = "\
    Besprechung zu:|Korrektur:|Vorbereitung:|Rückfragen zu:|Prüfung:|Überarbeitet:";

const GERMAN_THINGS: &str = "\
    Lastenheft|Übergabe an den Kunden|Schnittstelle|Testfälle|Auswertung für März|Angebot|\
    Rechte und Rollen|Schulungsunterlagen";

const RUSSIAN_DOING: &str = "\
    Обсуждение:|Исправлено:|Подготовка:|Проверка:|Доработка:|Согласование:";

const RUSSIAN_THINGS: &str = "\
    отчёт за неделю|загрузка справочников|права доступа|интерфейс с бухгалтерией|план испытаний|\
    техническое задание|вопросы заказчика";

const CLIENT_FIRST: &str = "\
    Amber|Anchor|Birch|Cobalt|Copper|Eastgate|Falcon|Granite|Harbour|Hollin|Iron Bridge|Juniper|\
    Kestrel|Lantern|Maple|Nordhafen|Oakfield|Orchard|Pine|Quarry|Rheintal|Saltmarsh|Silver|\
    Steinbach|Thornbury|Waldsee|Westmoor|Willow";

const CLIENT_SECOND: &str = "\
    Brewery|Foods|Freight|Glass|Hospitals|Insurance|Logistics|Machines|Media|Optics|Pharma|Power|\
    Print|Rail|Shipping|Stores|Textiles|Tools|Water";

const CLIENT_RUSSIAN: &str = "\
    Северный порт|Волжский завод|Заря|Кедр|Маяк|Полярная звезда|Речной вокзал|Рассвет";

const PROJECT_FIRST: &str = "\
    Warehouse|Payroll|Booking|Billing|Fleet|Customer|Supplier|Branch|Quality|Energy|Archive|Ticket|\
    Planning|Pricing|Lager|Mobile";

const PROJECT_SECOND: &str = "\
    portal|migration|replacement|relaunch|audit|integration|platform|dashboard|app|Umstellung|\
    roll-out|study";
