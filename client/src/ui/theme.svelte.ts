export type ThemeChoice = 'system' | 'light' | 'dark';

/** Read by public/theme.js as well, before the first paint. */
const storageKey = 'parley.theme';

/** The look this browser was told to have. */
class Theme {
  #choice = $state<ThemeChoice>(stored());

  get choice(): ThemeChoice {
    return this.#choice;
  }

  choose(choice: ThemeChoice): void {
    this.#choice = choice;
    document.documentElement.dataset['theme'] = choice;
    try {
      localStorage.setItem(storageKey, choice);
    } catch {
      // Storage is switched off: the choice lasts as long as the page.
    }
  }

  reset(): void {
    this.choose('system');
  }
}

function stored(): ThemeChoice {
  const choice = document.documentElement.dataset['theme'];
  return choice === 'light' || choice === 'dark' ? choice : 'system';
}

export const theme = new Theme();
