const WORDS = {
  es: {
    title: "Tu tienda",
    days: "Período",
    last7: "7 días",
    last30: "30 días",
    last90: "90 días",
    range: "Fechas",
    counted: "Se cuentan",
    total: "Eventos",
    unique: "Sesiones",
    language: "Idioma",
    signIn: "Entrar",
    signOut: "Salir",
    token: "Token de administrador",
    tokenHelp: "Lo imprime `make token`, o lo da el inicio de sesión de tu tienda.",
    enter: "Ver el tablero",
    loading: "Cargando…",
    empty: "No hubo ninguna visita en estos días.",
    unauthorized: "El token no es válido o ya venció. Pega uno nuevo.",
    forbidden: "Este token no es de un administrador. Pide uno que lo sea.",
    away: "El servidor no responde. Se muestran los últimos números; se vuelve a intentar cada 30 segundos.",
    newest: "Último evento",
    total_revenue: "Ingresos",
    total_sales: "Ventas",
    average_order_value: "Pedido promedio",
    abandonment_rate: "Abandono",
    funnel: "Embudo de compra",
    product_view: "Vieron un producto",
    add_to_cart: "Agregaron al carrito",
    begin_checkout: "Iniciaron el pago",
    purchase: "Compraron",
    ofBefore: "del paso anterior",
    payment: "Pasos del pago",
    checkout_started: "Pago iniciado",
    payment_info_entered: "Datos de pago",
    order_completed: "Pedido completo",
    products: "Productos",
    top_products: "Más vendidos",
    top_viewed_products: "Más vistos",
    product_performance: "Rendimiento por producto",
    product: "Producto",
    units: "Unidades",
    views: "Vistas",
    carts: "Carritos",
    purchases: "Compras",
    rate: "Conversión",
    people: "Visitas y clientes",
    unique_sessions: "Sesiones",
    avg_events_per_session: "Eventos por sesión",
    sessions_with_purchase: "Sesiones con compra",
    repurchase_rate: "Recompra en 90 días",
    recurrent_customers: "Clientes que volvieron",
    total_unique_buyers: "Compradores en 90 días",
    traffic_sources: "De dónde vienen",
    source: "Origen",
    sessions: "Sesiones",
    wrong: "Errores",
    payment_error: "Error de pago",
    checkout_error: "Error al finalizar",
    payment_confirmation_error: "Error al confirmar",
    address_error: "Error de dirección",
    whatsapp: "WhatsApp",
    whatsapp_sessions: "Sesiones que pasaron a WhatsApp",
    whatsapp_purchases: "Ventas por WhatsApp",
    whatsappRate: "Ventas por sesión",
    whatsapp_sessions_list: "Últimas sesiones",
    copy: "Copiar",
    copied: "Copiado",
    timeline: "Día a día",
    events_timeline: "Eventos por día",
    errors_timeline: "Errores por día",
    trend: "Cómo se movieron las ventas",
    start: "Desde",
    end: "Hasta",
    sales_by_day: "Ventas por día",
    day: "Día",
    none: "Nada en estos días.",
    csv: "CSV",
    png: "PNG",
    sortBy: "Ordenar por",
    more: "más que en el mismo tiempo anterior",
    less: "menos que en el mismo tiempo anterior",
    same: "= Igual que en el mismo tiempo anterior",
    incomparable: "Sin datos anteriores con qué comparar",
    points: "puntos",
  },
  en: {
    title: "Your shop",
    days: "Period",
    last7: "7 days",
    last30: "30 days",
    last90: "90 days",
    range: "Dates",
    counted: "Counted",
    total: "Events",
    unique: "Sessions",
    language: "Language",
    signIn: "Sign in",
    signOut: "Sign out",
    token: "Admin token",
    tokenHelp: "`make token` prints one, or your shop's login gives it to you.",
    enter: "Show the dashboard",
    loading: "Loading…",
    empty: "Nobody visited on these days.",
    unauthorized: "The token is not valid or has expired. Paste a new one.",
    forbidden: "This token is not an admin's. Ask for one that is.",
    away: "The server does not answer. These are the last numbers; it is asked again every 30 seconds.",
    newest: "Latest event",
    total_revenue: "Revenue",
    total_sales: "Sales",
    average_order_value: "Average order",
    abandonment_rate: "Abandonment",
    funnel: "Purchase funnel",
    product_view: "Viewed a product",
    add_to_cart: "Added to cart",
    begin_checkout: "Began checkout",
    purchase: "Purchased",
    ofBefore: "of the step before",
    payment: "Payment steps",
    checkout_started: "Checkout started",
    payment_info_entered: "Payment details",
    order_completed: "Order completed",
    products: "Products",
    top_products: "Best sellers",
    top_viewed_products: "Most viewed",
    product_performance: "Performance by product",
    product: "Product",
    units: "Units",
    views: "Views",
    carts: "Carts",
    purchases: "Purchases",
    rate: "Conversion",
    people: "Visits and customers",
    unique_sessions: "Sessions",
    avg_events_per_session: "Events per session",
    sessions_with_purchase: "Sessions with a purchase",
    repurchase_rate: "Repurchase in 90 days",
    recurrent_customers: "Customers who came back",
    total_unique_buyers: "Buyers in 90 days",
    traffic_sources: "Where they come from",
    source: "Source",
    sessions: "Sessions",
    wrong: "Errors",
    payment_error: "Payment error",
    checkout_error: "Checkout error",
    payment_confirmation_error: "Confirmation error",
    address_error: "Address error",
    whatsapp: "WhatsApp",
    whatsapp_sessions: "Sessions that went to WhatsApp",
    whatsapp_purchases: "Sales over WhatsApp",
    whatsappRate: "Sales per session",
    whatsapp_sessions_list: "Latest sessions",
    copy: "Copy",
    copied: "Copied",
    timeline: "Day by day",
    events_timeline: "Events by day",
    errors_timeline: "Errors by day",
    trend: "How sales moved",
    start: "From",
    end: "To",
    sales_by_day: "Sales by day",
    day: "Day",
    none: "Nothing on these days.",
    csv: "CSV",
    png: "PNG",
    sortBy: "Sort by",
    more: "more than in the same time before",
    less: "less than in the same time before",
    same: "= As in the same time before",
    incomparable: "Nothing before to compare with",
    points: "points",
  },
};

let language = "en";

export function speak(chosen) {
  language = chosen;
  document.documentElement.lang = chosen;
  for (const spoken of document.querySelectorAll("[data-word]")) spoken.textContent = word(spoken.dataset.word);
}

export function word(key) {
  return WORDS[language][key];
}

const locale = () => (language === "es" ? "es-CO" : "en-US");

export const count = (value) => new Intl.NumberFormat(locale()).format(value);

const tenths = (value) => new Intl.NumberFormat(locale(), { minimumFractionDigits: 1 }).format(value);

export const percent = (value) => `${tenths(value)} %`;

/** Percentage points. */
export const points = (value) => `${tenths(value)} ${word("points")}`;

/** Colombian pesos, written as in Colombia whatever the language. */
export const money = (value) => `$ ${new Intl.NumberFormat("es-CO", { maximumFractionDigits: 2 }).format(value)}`;

/** A calendar day of the store, such as "lun 16 mar". */
export function day(date) {
  const form = { weekday: "short", day: "numeric", month: "short", timeZone: "UTC" };
  const parts = new Intl.DateTimeFormat(locale(), form).formatToParts(new Date(date));
  return parts.filter(({ type }) => type !== "literal").map(({ value }) => value).join(" ");
}

export function moment(instant) {
  const form = { weekday: "short", day: "numeric", month: "short", hour: "numeric", minute: "2-digit" };
  return new Intl.DateTimeFormat(locale(), form).format(new Date(instant));
}
