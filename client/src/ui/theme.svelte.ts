export type ThemeChoice = 'system' | 'light' | 'dark';

/** Also read by public/theme.js, before the first paint. */
const storageKey = 'parley.theme';

/** The theme chosen in this browser. */
class Theme {
  #choice = $state<ThemeChoice>(storedChoice());

  get choice(): ThemeChoice {
    return this.#choice;
  }

  choose(choice: ThemeChoice): void {
    this.#choice = choice;
    document.documentElement.dataset['theme'] = choice;
    try {
      localStorage.setItem(storageKey, choice);
    } catch {
      // Storage is not available: the choice lasts until the page is closed.
    }
  }

  reset(): void {
    this.choose('system');
  }
}

function storedChoice(): ThemeChoice {
  const choice = document.documentElement.dataset['theme'];
  return choice === 'light' || choice === 'dark' ? choice : 'system';
}

export const theme = new Theme();
